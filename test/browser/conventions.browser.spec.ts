/** A page of anybody's, with attributes and the one script. */
import type { Browser, Route } from 'playwright-core';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import { sharedInstanceUrl } from '../support/shared-instances';
import { Device, launchKeepingChromium } from './support/chromium';
import { AS_COUNTED } from './support/composing';
import { withoutPolls } from './support/held';
import { newPerson } from './support/people';
import { PLAIN, setPlainPage } from './support/plain-page';
import { heard, sightingsOf, timesOf, until } from './support/recorder';
import { setStage } from './support/stage';

const HOSTILE = '<img src=x onerror="window.pwned=true">';
/** Promised for a switch and for an end; from the asking to the last page; the short form runs on any machine. */
const SOON_MS = FULL ? 1_000 : 30_000;

const stage = setStage();
const plain = setPlainPage(stage);
const { text, post, switchTo, postsOf, sendings, hasFocus, add } = plain;

describe('Point 14: a plain page', () => {
  it('Point 3 in it: follows a switch in every tab and browser within a second, each told once', async () => {
    const client = stage.person.client.device();
    await client.login();
    const other = await Device.open(stage.browser, stage.node.url, client);
    await withoutPolls(stage.device.context, other.context);
    await plain.tab.reload();
    const tabs = [plain.tab, await stage.device.tab(PLAIN), await other.tab(PLAIN)];
    await plain.tab.locator('#active.mastodon-platform').getByText('Alpha').waitFor();
    const times = await timesOf('platformSwitched', tabs);
    const asked = Date.now();
    const id = await switchTo(1);
    const [alpha] = stage.person.platforms;
    await Promise.all(tabs.map((each) => each.locator('#active').getByText('Beta').waitFor()));
    await eventually(() => expect(times).toHaveLength(tabs.length));
    expect(Math.max(...times) - asked).toBeLessThan(SOON_MS);
    // A whole state on top must tell nothing twice.
    await Promise.all(tabs.map((each) => each.evaluate('window.sessionSync.syncSessionState()')));
    for (const each of tabs) {
      await each.locator('#active.pixelfed-platform:not(.mastodon-platform)[data-platform-type="pixelfed"]').waitFor();
      expect(await each.locator('input[name="platform_id"]').inputValue()).toBe(String(id));
      await each.getByText('2200 characters remaining').waitFor();
      expect(await heard(each, 'platformSwitched')).toEqual([
        {
          platformId: id,
          platformName: 'Beta',
          platformType: 'pixelfed',
          previousPlatformId: alpha!.id,
          fromThisTab: false,
          originSessionId: expect.any(String),
        },
      ]);
    }
    await other.close();
  });

  it('says who is signed in', async () => {
    const { username, email } = (
      await stage.person.client.get<{ user: { username: string; email: string } }>('/api/session')
    ).body.user;
    await plain.tab.getByText(`${username} (${email})`).waitFor();
  });

  it('hides what needs a platform while there is none, and shows only what it has hidden itself', async () => {
    const [write, theirs] = [plain.tab.getByRole('link', { name: 'Write' }), plain.tab.locator('#theirs')];
    await add('<p id="theirs" data-platform-required hidden>Not yet</p>');
    // As scripts of old do.
    await plain.tab.evaluate("document.querySelector('a[data-platform-required]').style.display = 'block'");
    for (const { id } of stage.person.platforms) await stage.person.client.delete(`/api/platforms/${id}`);
    await write.waitFor({ state: 'hidden' });
    await stage.person.client.post('/api/platforms', {
      name: 'Omega',
      platform_type: 'mastodon',
      instance_url: sharedInstanceUrl(),
      access_token: 'token',
    });
    await write.waitFor();
    expect(await theirs.isVisible()).toBe(false);
  });
});

describe('Point 14: a plain page that belongs to a person', () => {
  let keeping: Browser | undefined;

  afterAll(() => keeping?.close());

  it('Point 5 in it: shows nothing more within a second of the end, nor on the way back', async () => {
    await withoutPolls(stage.device.context);
    await plain.tab.reload();
    const second = await stage.device.tab('/devices');
    await second.goto(stage.node.url + PLAIN);
    for (const each of [plain.tab, second]) await until(each, 'window.sessionSync?.getState()');
    const { username } = (await stage.person.client.get<{ user: { username: string } }>('/api/session')).body.user;
    const elsewhere = stage.person.client.device();
    await elsewhere.login();
    const times = await timesOf('sessionExpired', [plain.tab, second]);
    const asked = Date.now();
    expect((await elsewhere.post('/api/sessions/end_others', {})).status).toBe(200);
    await Promise.all(
      [plain.tab, second].map(async (each) => {
        await each.getByRole('alert').getByText('This session was ended from one of your devices.').waitFor();
        expect(await each.locator('body').innerText()).not.toMatch(new RegExp(`${username}|Alpha`));
        await each.waitForURL('**/login?reason=revoked');
      }),
    );
    expect(times).toHaveLength(2);
    expect(Math.max(...times) - asked).toBeLessThan(SOON_MS);
    const sightings = await sightingsOf(username, stage.device.context);
    await second.goBack();
    expect(await second.locator('html').innerText()).not.toMatch(new RegExp(`${username}|Alpha`));
    await second.goto(stage.node.url + PLAIN);
    await second.getByText('Active platform: none').waitFor();
    expect(sightings).toEqual([]);
  });

  it('Point 5 in it: comes out of what the browser has kept, and is seen only if its session still lives', async () => {
    keeping = await launchKeepingChromium();
    const other = await stage.otherDevice(keeping);
    const page = await other.tab(PLAIN);
    const returns: string[] = [];
    await other.context.exposeBinding('returned', (_source, address: string) => void returns.push(address));
    await page.evaluate(
      "window.addEventListener('pageshow', ({ persisted }) => persisted && window.returned(location.href))",
    );
    const sightings = await sightingsOf('Alpha', other.context);
    const leave = async () => {
      await page.goto(`${stage.node.url}/devices`);
      await until(page, 'window.sessionSync?.getState()');
    };
    await leave();
    await page.evaluate('window.history.back()');
    await eventually(() => expect(returns).toHaveLength(1));
    await page.locator('#active').getByText('Alpha').waitFor();
    await leave();
    expect((await stage.person.client.post('/api/sessions/end_others', {})).status).toBe(200);
    await page.waitForURL('**/login?reason=revoked');
    sightings.length = 0;
    await page.evaluate('window.history.back()');
    await eventually(() => expect(returns).toHaveLength(2));
    await page.waitForURL('**/login');
    expect(sightings).toEqual([]);
  });

  it('is loaded again when somebody else signs in', async () => {
    const { client } = await newPerson(stage.node.url, ['Omega']);
    const { username } = (await client.get<{ user: { username: string } }>('/api/session')).body.user;
    await plain.tab.evaluate('window.isTheFirst = true');
    await stage.device.useSessionOf(client);
    await plain.tab.evaluate("window.dispatchEvent(new Event('online'))");
    await plain.tab.getByText(username, { exact: true }).waitFor();
    expect(await plain.tab.evaluate('window.isTheFirst')).toBeUndefined();
    await plain.tab.locator('#active').getByText('Omega').waitFor();
  });

  it('is no page that does not say so: that one is only told', async () => {
    await plain.tab.evaluate("document.body.removeAttribute('data-session-required')");
    await stage.person.client.post('/api/auth/logout', {});
    await until(plain.tab, 'window.heard.sessionExpired');
    expect(await plain.tab.getByRole('alert').count()).toBe(0);
    expect(await text().isVisible()).toBe(true);
  });
});

describe('Point 14: the counter of a plain page', () => {
  it('Point 8 in it: counts as a person would', async () => {
    for (const [words, counted] of AS_COUNTED) {
      await text().fill(words);
      const left = `${500 - counted} characters remaining`;
      await plain.tab.locator('.char-counter').getByText(left, { exact: true }).waitFor();
    }
  });

  it('Point 8 in it: counts the content warning, and warns near the limit', async () => {
    const counter = plain.tab.locator('.char-counter');
    const looks = () => counter.getAttribute('class');
    await text().fill('a'.repeat(450));
    await counter.getByText('50 characters remaining').waitFor();
    expect(await looks()).toBe('char-counter');
    await plain.tab.getByLabel('Content warning').fill('b');
    await counter.getByText('49 characters remaining').waitFor();
    expect(await looks()).toBe('char-counter text-warning');
    await plain.tab.getByRole('status').getByText('49 characters remaining').waitFor();
    await plain.tab.getByLabel('Content warning').fill('b'.repeat(41));
    await plain.tab.getByRole('status').getByText('9 characters remaining').waitFor();
    expect(await looks()).toBe('char-counter text-warning text-danger');
    expect(await counter.getAttribute('data-max')).toBe('500');
  });

  it('Point 8 in it: sends nothing that is too long, and cuts nothing', async () => {
    const sent = sendings();
    const long = 'a'.repeat(501);
    await text().fill(long);
    await plain.tab.locator('.char-counter').getByText('1 character over the limit').waitFor();
    await post().click();
    expect(await hasFocus(text())).toBe(true);
    expect(await plain.tab.evaluate('document.activeElement.validationMessage')).toBe('1 character over the limit');
    expect(sent.count).toBe(0);
    expect(await text().inputValue()).toBe(long);
    await text().press('Backspace');
    await post().click();
    await plain.tab.getByText('Post created successfully!').waitFor();
    expect(await postsOf(0)).toMatchObject([{ content: 'a'.repeat(500) }]);
  });
});

describe('Point 13: markup where text should be, in a plain page', () => {
  it('is text in a name', async () => {
    await stage.person.client.patch(`/api/platforms/${stage.person.platforms[1]!.id}`, { name: HOSTILE });
    await text().fill('Meant for Alpha');
    await switchTo(1);
    await plain.tab.getByRole('button', { name: `Move to ${HOSTILE}` }).waitFor();
    await plain.tab.locator('#active').getByText(HOSTILE).waitFor();
    expect(await plain.tab.locator('img').count()).toBe(0);
    expect(await plain.tab.evaluate('window.pwned')).toBeUndefined();
  });
});

describe('what refreshes itself', () => {
  const fresh = () => plain.tab.locator('#fresh');
  const answer =
    (body: unknown, status = 200) =>
    (route: Route) =>
      route.fulfill({ status, json: body });

  /** An element whose address is answered so. */
  async function refreshed(handler: (route: Route) => unknown, address = '/api/fresh'): Promise<void> {
    await plain.tab.route('**/api/fresh', handler);
    await add(`<p id="fresh" data-auto-refresh data-refresh-url="${address}">Of old</p>`);
  }

  it('is fetched for the new platform, and not as a doing of the person', async () => {
    const asked: Record<string, string>[] = [];
    await refreshed((route) => {
      asked.push(route.request().headers());
      return route.fulfill({ json: { text: '<b>New</b>' } });
    });
    const id = await switchTo(1);
    await fresh().getByText('<b>New</b>').waitFor();
    expect(asked).toMatchObject([{ 'x-platform-id': String(id), 'x-background': 'true' }]);
    await plain.tab.locator('#posts').getByText('0', { exact: true }).waitFor();
    expect(await fresh().getAttribute('data-refresh-url')).toBe('/api/fresh');
  });

  it('takes HTML in without anything that acts', async () => {
    const html = `<p>Safe <b>words</b></p>${HOSTILE}<script>window.pwned = true</script><svg onload="window.pwned = true">
      <form action="https://evil.example"><input name="csrf_token"></form><style>p { display: none }</style>
      <a href="javascript:window.pwned = true" data-platform-info="name" style="color: red">link</a>`;
    // Without our policy, which would have held most of it.
    const unprotected = await Device.open(stage.browser, stage.node.url, stage.person.client, { bypassCSP: true });
    plain.tab = await unprotected.tab(PLAIN);
    await refreshed(answer({ html }));
    await switchTo(1);
    await fresh().getByText('Safe words').waitFor();
    expect(await fresh().innerHTML()).not.toMatch(/on\w+=|script|svg|form|style|data-/i);
    expect(await plain.tab.evaluate('window.pwned')).toBeUndefined();
    await unprotected.close();
  });

  it('drops an answer that comes after the next switch', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const beta = String(stage.person.platforms[1]!.id);
    await refreshed(async (route) => {
      const isBeta = route.request().headers()['x-platform-id'] === beta;
      if (isBeta) await held;
      await route.fulfill({ json: { text: isBeta ? 'Of Beta' : 'Of Gamma' } });
    });
    const late = plain.tab.waitForResponse((response) => response.request().headers()['x-platform-id'] === beta);
    const asked = plain.tab.waitForRequest('**/api/fresh');
    await switchTo(1);
    await asked;
    await switchTo(2);
    await fresh().getByText('Of Gamma').waitFor();
    release();
    await (await late).finished();
    await plain.tab.evaluate("fetch('/client/icon.svg').then((response) => response.text())");
    expect(await fresh().innerText()).toBe('Of Gamma');
  });

  it.each<[string, unknown, number, string]>([
    ['a refusal', { success: false, error: 'x', error_code: 'NOT_FOUND' }, 404, 'NOT_FOUND'],
    ['neither text nor HTML', { text: { no: 'text' } }, 200, 'UNREADABLE'],
  ])('keeps what it has after %s', async (_, body, status, error) => {
    await refreshed(answer(body, status));
    await switchTo(1);
    await plain.tab.locator(`#fresh[data-refresh-error="${error}"]`).getByText('Of old').waitFor();
  });

  it('asks no other site', async () => {
    const asked: string[] = [];
    plain.tab.on('request', (request) => asked.push(request.url()));
    await refreshed(answer({ text: 'Elsewhere' }), 'https://elsewhere.example/api/fresh');
    await switchTo(1);
    await plain.tab.locator('#fresh[data-refresh-error="UNREADABLE"]').waitFor();
    expect(asked.filter((url) => url.includes('elsewhere'))).toEqual([]);
  });
});

it('asks a person without a platform for nothing', async () => {
  const client = new TestClient(stage.node.url);
  await client.register();
  const fresh = await Device.open(stage.browser, stage.node.url, client);
  const page = await fresh.tab(PLAIN);
  await page.getByRole('link', { name: 'Write' }).waitFor({ state: 'hidden' });
  await page.getByText('500 characters remaining').waitFor();
  await fresh.close();
});
