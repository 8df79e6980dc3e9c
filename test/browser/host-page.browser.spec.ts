/** A page of an application, in which anything comes and goes at any time and scripts load in any order. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Request } from 'playwright-core';
import { eventually } from '../support/eventually';
import { holdBack } from './support/held';
import { PLAIN, setPlainPage } from './support/plain-page';
import { IS_CONNECTED, standsOn, until } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();
const plain = setPlainPage(stage);
const { question, switchTo, add } = plain;

const LATE = `
  <form id="late" method="post" action="/create_post" data-platform-aware>
    <input type="hidden" name="platform_id" value=""><input type="hidden" name="csrf_token" value="">
    <label>Late <textarea name="content"></textarea></label>
    <p>For <b data-platform-info="name"></b></p><button>Send</button>
  </form>`;

const field = (name: string) => plain.tab.locator(`#late input[name="${name}"]`);
const username = () => plain.tab.locator('header [data-user-info="username"]').innerText();
const idOf = (index: number) => String(stage.person.platforms[index]!.id);
const late = () => plain.tab.getByLabel('Late');
const send = () => plain.tab.getByRole('button', { name: 'Send', exact: true });

describe('a form that comes later, and names no platform', () => {
  it('belongs to the platform that is active then, and asks after a switch', async () => {
    const sent = plain.sendings();
    await add(LATE);
    await plain.tab.locator('#late').getByText('For Alpha').waitFor();
    await late().fill('Meant for Alpha');
    await standsOn(plain.tab, await switchTo(1));
    await plain.tab.locator('#late').getByRole('button', { name: 'Keep posting as Alpha' }).waitFor();
    expect(await field('platform_id').inputValue()).toBe(idOf(0));
    await send().click();
    expect(sent.count).toBe(0);
    await plain.tab.locator('#late').getByRole('button', { name: 'Keep posting as Alpha' }).click();
    await send().click();
    await plain.tab.getByText('Post created successfully!').waitFor();
    expect((await Promise.all([0, 1].map(plain.postsOf))).map(({ length }) => length)).toEqual([1, 0]);
  });

  it('is not sent with text of which nothing tells for which platform it was written', async () => {
    const sent = plain.sendings();
    await add(LATE.replace('</textarea>', 'Of another page</textarea>'));
    await plain.tab.getByRole('group', { name: /It is not known for which platform/ }).waitFor();
    await send().click();
    expect(sent.count).toBe(0);
    expect(await field('platform_id').inputValue()).toBe('');
    await plain.tab.locator('#late').getByRole('button', { name: 'Move to Alpha' }).click();
    expect(await field('platform_id').inputValue()).toBe(idOf(0));
  });

  it('asks by itself as a clone, whose question was of another form', async () => {
    await add(LATE);
    await late().fill('Meant for Alpha');
    await switchTo(1);
    await question().waitFor();
    await plain.tab.evaluate(`{
      const form = document.getElementById('late');
      const clone = form.cloneNode(true);
      clone.id = 'clone';
      form.replaceWith(clone);
    }`);
    const clone = plain.tab.locator('#clone');
    await eventually(async () => expect(await question().count()).toBe(1));
    await clone.getByRole('button', { name: 'Move to Beta' }).click();
    expect(await clone.locator('input[name="platform_id"]').inputValue()).toBe(idOf(1));
  });

  it('becomes one of ours by an attribute, and is bound by its first letter', async () => {
    await add(LATE.replace('data-platform-aware', ''));
    await plain.tab.evaluate("document.getElementById('late').setAttribute('data-platform-aware', '')");
    await late().fill('x');
    expect(await field('platform_id').inputValue()).toBe(idOf(0));
    await switchTo(1);
    await question().waitFor();
  });

  it('is about the platform that it names, by its name, also where that was never active here', async () => {
    await add(LATE.replace('value=""', `value="${idOf(2)}"`).replace('name"></b>', 'name">as the server says</b>'));
    await plain.tab.locator('#late').getByText('For Gamma').waitFor();
    await late().fill('Meant for Gamma');
    await plain.tab.locator('#late').getByRole('button', { name: 'Keep posting as Gamma' }).click();
    expect(await field('platform_pinned').inputValue()).toBe('true');
  });

  it('is not sent after the end of the session, and asks where it goes in the next one', async () => {
    const sent = plain.sendings();
    await plain.tab.evaluate("document.body.removeAttribute('data-session-required')");
    await add(LATE);
    await plain.tab.locator('#late').getByText('For Alpha').waitFor();
    await stage.person.client.post('/api/auth/logout', {});
    await until(plain.tab, 'window.heard.sessionExpired');
    await late().fill('Meant for nothing that is shown');
    await send().click();
    await plain.tab.getByText('Your session has ended: nothing was sent.').waitFor();
    await stage.person.client.login();
    await stage.device.useSessionOf(stage.person.client);
    await plain.tab.evaluate('sessionSync.start()');
    await plain.tab.getByRole('group', { name: /It is not known for which platform/ }).waitFor();
    expect(sent.count).toBe(0);
  });

  it('has its field made, where it has none', async () => {
    await add('<form id="late" data-platform-aware><label>Late <input name="note"></label></form>');
    await eventually(async () => expect(await field('platform_id').inputValue()).toBe(idOf(0)));
  });
});

it('shows what it is about in whatever comes later', async () => {
  await add('<p id="more"><span data-user-info="username"></span> <span data-platform-info="name"></span></p>');
  await plain.tab
    .locator('#more')
    .getByText(`${await username()} Alpha`)
    .waitFor();
});

it('has two switchers, whose lists are not taken for each other', async () => {
  await add('<nav id="wide"><vf-platform-switcher></vf-platform-switcher></nav>');
  await add('<nav id="narrow"><vf-platform-switcher></vf-platform-switcher></nav>');
  await plain.tab.evaluate("void import('/client/elements.mjs')");
  const at = (place: string) => plain.tab.locator(`#${place} vf-platform-switcher`);
  await at('wide').getByRole('button').waitFor();
  await at('narrow').getByRole('button').click();
  await plain.tab.keyboard.press('End');
  await at('narrow').locator('.vf-current').getByText('Gamma').waitFor();
  const ids = (await plain.tab.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")) as string[];
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  const controlled = await at('narrow').getByRole('button').getAttribute('aria-controls');
  await at('narrow').locator(`[role=listbox][id="${controlled}"]`).waitFor();
});

it('takes an element that is defined already as it is', async () => {
  await plain.tab.evaluate(`{
    customElements.define('vf-toasts', class extends HTMLElement {});
    document.querySelector('main').append(document.createElement('vf-platform-switcher'));
    void import('/client/elements.mjs');
  }`);
  await plain.tab.getByRole('button', { name: 'Active platform: Alpha' }).waitFor();
});

it('follows a new session without a new page, once somebody has signed in in another tab', async () => {
  const { person, device, node } = stage;
  await plain.tab.evaluate("document.body.removeAttribute('data-session-required')");
  await person.client.post('/api/auth/logout', {});
  await until(plain.tab, 'window.heard.sessionExpired');
  await person.client.login();
  await device.useSessionOf(person.client);
  const other = await device.tab(PLAIN);
  await until(plain.tab, IS_CONNECTED);
  expect(new URL(plain.tab.url()).href).toBe(node.url + PLAIN);
  await other.close();
});

it('is not ended, nor moved, by events that somebody else dispatches', async () => {
  const name = await username();
  await plain.tab.evaluate('window.samePage = true');
  await plain.tab.evaluate(`{
    const tell = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));
    tell('sessionStateChanged', { user: { id: 0 }, platform: null });
    tell('platformSwitched', { platformId: 0 });
    tell('sessionExpired', { reason: 'idle', errorCode: 'SESSION_EXPIRED' });
  }`);
  await standsOn(plain.tab, await switchTo(1));
  await plain.tab.locator('#active').getByText('Beta').waitFor();
  expect(await plain.tab.locator('#session-ended').count()).toBe(0);
  expect(await plain.tab.evaluate("sessionStorage.getItem('vedfolnir_return_path')")).toBeNull();
  expect(await username()).toBe(name);
  expect(await plain.tab.evaluate('window.samePage')).toBe(true);
});

it('keeps a pinned tab where it is, with its forms', async () => {
  await plain.tab.evaluate(`sessionSync.pinTab(${idOf(1)})`);
  await plain.tab.locator('#active').getByText('Beta').waitFor();
  await plain.tab.reload();
  await plain.tab.locator('#active').getByText('Beta').waitFor();
  await until(plain.tab, IS_CONNECTED);
  const revision = await plain.tab.evaluate('sessionSync.getState().revision');
  await switchTo(2);
  await until(plain.tab, `sessionSync.getState().revision > ${revision}`);
  await plain.text().fill('For Beta, in this tab');
  expect(await question().count()).toBe(0);
  await plain.post().click();
  await plain.tab.getByText('Post created successfully!').waitFor();
  expect((await Promise.all([0, 1, 2].map(plain.postsOf))).map(({ length }) => length)).toEqual([0, 1, 0]);
});

it('waits with its elements for a script that comes later', async () => {
  const release = await holdBack(stage.device.context, '**/client/vedfolnir.js');
  const page = await stage.device.context.newPage();
  const uncaught: string[] = [];
  page.on('pageerror', ({ message }) => uncaught.push(message));
  await page.goto(stage.node.url + PLAIN, { waitUntil: 'commit' });
  const loaded = page.waitForResponse('**/client/elements.mjs');
  await page.evaluate(`{
    const script = document.createElement('script');
    Object.assign(script, { type: 'module', src: '/client/elements.mjs' });
    document.documentElement.append(script);
  }`);
  await (await loaded).finished();
  release();
  await until(page, "document.querySelector('main')");
  await page.evaluate("document.querySelector('main').append(document.createElement('vf-platform-switcher'))");
  await page.getByRole('button', { name: 'Active platform: Alpha' }).waitFor();
  expect(uncaught).toEqual([]);
});

describe('a request of htmx', () => {
  const note = () => plain.tab.getByLabel('Note');
  let asked: Request[];

  beforeEach(async () => {
    asked = [];
    plain.tab.on('request', (request) => request.url().endsWith('/notes') && asked.push(request));
    await plain.tab.route('**/notes', (route) => route.fulfill({ contentType: 'text/html', body: 'Kept' }));
    const body = readFileSync(require.resolve('htmx.org/dist/htmx.js'), 'utf8');
    await plain.tab.route('**/of-the-host/htmx.js', (route) => route.fulfill({ contentType: 'text/javascript', body }));
    const form = `<form id="note-form" hx-ext="vedfolnir" data-platform-aware>
      <label>Note <input name="note" hx-post="/notes" hx-trigger="change"></label>
      <button type="button" hx-post="/notes">Keep</button></form>
      <button type="button" form="note-form" hx-ext="vedfolnir" hx-post="/notes">Keep from outside</button>
      <div id="including" hx-ext="vedfolnir"><button type="button" hx-post="/notes">Keep what is included</button></div>`;
    await plain.tab.evaluate(`(async () => {
      const config = { includeIndicatorStyles: false, allowEval: false };
      const meta = { name: 'htmx-config', content: JSON.stringify(config) };
      document.head.append(Object.assign(document.createElement('meta'), meta));
      for (const src of ['/of-the-host/htmx.js', '/client/htmx.js']) {
        const script = document.createElement('script');
        await new Promise((resolve) => document.head.append(Object.assign(script, { src, onload: resolve })));
      }
      const main = document.querySelector('main');
      main.insertAdjacentHTML('beforeend', ${JSON.stringify(form)});
      htmx.process(main);
    })()`);
  });

  it.each(['change', 'a button'])('by %s carries the token and the platform of its form', async (trigger) => {
    await note().fill('Meant for Alpha');
    if (trigger === 'change') await note().blur();
    else await plain.tab.getByRole('button', { name: 'Keep', exact: true }).click();
    await eventually(() => expect(asked.length).toBeGreaterThan(0));
    expect(asked.at(-1)!.headers()).toMatchObject({
      'x-platform-id': idOf(0),
      'x-csrftoken': expect.stringMatching(/./),
      'x-tab-id': expect.stringMatching(/./),
    });
  });

  it('is not made while its form asks where to go', async () => {
    await note().fill('Meant for Alpha');
    await note().blur();
    await eventually(() => expect(asked).toHaveLength(1));
    await switchTo(1);
    await question().waitFor();
    await plain.tab.getByRole('button', { name: 'Keep', exact: true }).click();
    await plain.tab.getByRole('button', { name: 'Keep from outside' }).click();
    await plain.tab.getByRole('button', { name: 'Keep posting as Alpha' }).click();
    await plain.tab.getByRole('button', { name: 'Keep from outside' }).click();
    await eventually(() => expect(asked).toHaveLength(2));
    expect(asked[1]!.headers()).toMatchObject({ 'x-platform-id': idOf(0), 'x-platform-pinned': 'true' });
  });

  it.each([
    'this',
    '#note-form',
    'global #note-form',
    '[name="absent"], #note-form [name="note"]',
    'inherit, [name="absent"]',
    'previous <form[id], form[name]/>',
  ])('is for the platform of a form that it includes: %s', async (selector) => {
    await plain.tab.evaluate(`{
      const including = document.querySelector('#including');
      const outer = document.createElement('section');
      if (${JSON.stringify(selector)} === 'this') including.append(document.querySelector('#note-form'));
      including.replaceWith(outer);
      outer.append(including);
      outer.setAttribute('hx-include', '#note-form');
      including.setAttribute('hx-include', ${JSON.stringify(selector)});
      htmx.process(outer);
    }`);
    const keep = plain.tab.getByRole('button', { name: 'Keep what is included' });
    await note().fill('Meant for Alpha');
    await note().blur();
    await eventually(() => expect(asked).toHaveLength(1));
    await switchTo(1);
    await question().waitFor();
    await keep.click();
    await plain.tab.getByRole('button', { name: 'Keep posting as Alpha' }).click();
    await keep.click();
    await eventually(() => expect(asked).toHaveLength(2));
    expect(asked[1]!.postData()).toContain('Meant');
    expect(asked[1]!.headers()).toMatchObject({ 'x-platform-id': idOf(0), 'x-platform-pinned': 'true' });
  });

  it('is not made of forms of two platforms', async () => {
    await plain.tab.evaluate(`{
      document.querySelector('#including').setAttribute('hx-include', 'form');
    }`);
    await add(`<form data-platform-aware action="/platform/${idOf(1)}/notes"><input name="more"></form>`);
    await plain.tab.getByRole('button', { name: 'Keep what is included' }).click();
    await note().fill('Meant for Alpha');
    await note().blur();
    await eventually(() => expect(asked).toHaveLength(1));
    expect(asked[0]!.postData()).toContain('Meant');
  });
});

describe('the token of the page', () => {
  const meta = () => plain.tab.evaluate("document.querySelector('meta[name=csrf-token]')?.content");

  it.each([
    ['taken away', 'meta.remove()'],
    ['emptied', "meta.content = ''"],
    ['replaced by that of a snapshot', "meta.outerHTML = '<meta name=csrf-token content=old>'"],
  ])('is there again when it was %s', async (_, change) => {
    await until(plain.tab, "document.querySelector('meta[name=csrf-token]')");
    const token = await meta();
    expect(token).not.toBe('');
    await plain.tab.evaluate(`{ const meta = document.querySelector('meta[name=csrf-token]'); ${change}; }`);
    await eventually(async () => expect(await meta()).toBe(token));
  });

  it('waits for the head, where that is taken away and comes later', async () => {
    await until(plain.tab, "document.querySelector('meta[name=csrf-token]')");
    const token = await meta();
    await plain.tab.evaluate('document.head.remove()');
    await standsOn(plain.tab, await switchTo(1));
    await plain.tab.evaluate("document.documentElement.prepend(document.createElement('head'))");
    await eventually(async () => expect(await meta()).toBe(token));
  });
});

describe('a page that comes slowly', () => {
  /** Its head at once, the rest when it is told to; the session and its socket are the server's own. */
  let slow: Server;

  afterEach(() => {
    slow.close();
    slow.closeAllConnections();
  });

  async function slowPage(): Promise<{ page: Page; finish(): void }> {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    slow = createServer(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      // A browser runs no script of a page of which it has only a little.
      response.write(`<!doctype html><head><title>Slow</title><script src="${stage.node.url}/client/vedfolnir.js"></script>
        <!--${' '.repeat(4_096)}-->`);
      await finished;
      response.end('<body data-session-required="/login"><main>Of the person alone</main>');
    });
    await new Promise<void>((resolve) => slow.listen(0, resolve));
    const { port } = slow.address() as AddressInfo;
    const page = await stage.device.context.newPage();
    page.on('pageerror', ({ message }) => stage.device.complaints.push(message));
    const { hostname, origin } = new URL(stage.node.url);
    // The address of the server, so that the page has its session.
    await page.route(`${origin}/slow`, (route) => route.continue({ url: `http://${hostname}:${port}/` }));
    void page.goto(`${origin}/slow`, { waitUntil: 'commit' }).catch(() => {});
    return { page, finish };
  }

  it('ends and leaves when its body comes after the end of the session', async () => {
    const { page, finish } = await slowPage();
    await until(page, IS_CONNECTED);
    expect(await page.evaluate('document.body')).toBeNull();
    await stage.person.client.post('/api/auth/logout', {});
    await until(page, 'window.heard.sessionExpired');
    finish();
    await page.waitForURL(/\/login\?reason=logout$/);
  });
});
