/** Every page: for everybody, at every width, in the light and in the dark. */
import type { Browser, Page } from 'playwright-core';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import type { ServerNode } from '../support/server';
import { sharedNodes } from '../support/shared';
import { Device, launchChromium } from './support/chromium';
import { withoutPolls } from './support/held';
import { expectClean, expectCleanInForcedColours, expectToFit, setDirection, setTextSize } from './support/looks';
import { newPerson, type Person } from './support/people';
import { standsOn } from './support/recorder';

const ENTRANCES = ['/login', '/register', '/reset', '/reset#a-token'];
const INSIDE = ['/', '/create_post', '/images', '/platforms', '/devices', '/activity', '/account', '/admin'];
/** A page of somebody else's, with our attributes, our one script and our colours. */
const PLAIN = '/client/examples/plain.html';
const PAGES = [...ENTRANCES, ...INSIDE, PLAIN];
/** What a page shows when it has all that it needs. */
const READY: Record<string, string> = {
  '/': '[data-posts]',
  '/create_post': 'vf-composer >> text=Preview',
  '/images': '.empty',
  '/platforms': '[data-platforms]',
  '/devices': '[data-devices]',
  '/activity': '[data-trail]',
  '/admin': '[data-sessions]',
  '/account': 'form[name="password"]',
  '/login': 'form[name="login"]',
  '/register': 'form[name="register"]',
  '/reset': 'text=Forgot the password?',
  '/reset#a-token': 'form[name="reset"]',
  [PLAIN]: '#active.mastodon-platform',
};

/** In the long form; in the short one it only has to come. */
const SOON = FULL ? { timeout: 1_000 } : {};

/** Where the words of the heading stand in its line, by the last of its lines. */
const HEADING_SIDE = `(() => {
  const heading = document.querySelector('h1');
  const words = document.createRange();
  words.selectNodeContents(heading);
  const [box, line] = [heading.getBoundingClientRect(), [...words.getClientRects()].at(-1)];
  return box.right - line.right < line.left - box.left ? 'right' : 'left';
})()`;

/** What of the page lies behind the bar of its pages when it is scrolled to its end. */
const BEHIND_THE_BAR = `(() => {
  document.scrollingElement.scrollTop = 1e6;
  const bar = document.querySelector('.site nav').getBoundingClientRect();
  return [...document.querySelectorAll('main *')]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().bottom > bar.top)
    .map((element) => element.outerHTML.slice(0, 200));
})()`;

/** The names in the bar that are not in one line. */
const BROKEN_NAMES = `[...document.querySelectorAll('.site-link')]
  .filter((link) => {
    const words = document.createRange();
    words.selectNodeContents(link.lastChild);
    return words.getClientRects().length > 1;
  })
  .map((link) => link.textContent.trim())`;

let node: ServerNode;
let browser: Browser;
let person: Person;

beforeAll(async () => {
  [[node], browser] = await Promise.all([sharedNodes('node'), launchChromium()]);
  person = await newPerson(
    node.url,
    ['Ada at home', 'Pictures', 'A rather long name for an account, as people give'],
    'ada',
  );
  const headers = { 'x-platform-id': String(person.platforms[0]!.id) };
  for (const content of ['The first words.', 'Averylongwordwithoutanyspace'.repeat(6)]) {
    await person.client.post('/api/posts', { title: 'A title', content }, { headers });
  }
});

afterAll(async () => {
  await browser?.close();
});

/** The first account of an installation is its administrator: here the demo's. */
async function clientFor(path: string): Promise<TestClient | undefined> {
  if (ENTRANCES.includes(path)) return undefined;
  if (path !== '/admin') return person.client;
  const admin = new TestClient(node.url);
  await admin.login({ username: 'demo', password: 'demo-password' });
  return admin;
}

async function open(path: string, options: Parameters<typeof Device.open>[3]): Promise<[Device, Page]> {
  const client = await clientFor(path);
  const device = await Device.open(browser, node.url, client, options);
  const page = await device.bareTab(path);
  await page.locator(READY[path]!).waitFor();
  if (INSIDE.includes(path)) await page.locator('.vf-switcher-button').waitFor();
  return [device, page];
}

describe.each(PAGES)('%s', (path) => {
  const isInside = INSIDE.includes(path);
  let device: Device;
  let page: Page;

  // One page for all of them, opened on a phone.
  beforeAll(async () => {
    [device, page] = await open(path, { colorScheme: 'light', viewport: { width: 320, height: 640 } });
  });
  beforeEach(async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
    await setTextSize(page, 100);
    await setDirection(page, 'ltr');
    await page.evaluate('document.scrollingElement.scrollTop = 0');
  });
  afterEach(() => expect(device.complaints).toEqual([]));
  afterAll(() => device?.close());

  it('Point 11: fits into 320 pixels and with text of twice the size, and all to press is 24 pixels wide and high', async () => {
    for (const size of [100, 200]) {
      await setTextSize(page, size);
      await expectToFit(page, `320 pixels, ${size}%`);
      const hidden = isInside ? await page.evaluate(BEHIND_THE_BAR) : [];
      expect([size, hidden, await page.evaluate(BROKEN_NAMES)]).toEqual([size, [], []]);
    }
    await page.setViewportSize({ width: 640, height: 640 });
    await expectToFit(page, '640 pixels, 200%');
    await setTextSize(page, 100);
    await page.setViewportSize({ width: 1100, height: 760 });
    await expectToFit(page, 'wide');
  });

  it('Point 1: has nothing serious or critical for axe, in the light and in the dark', async () => {
    await page.setViewportSize({ width: 1100, height: 760 });
    await expectClean(page);
  });

  it('Point 12: holds in forced colours, and from right to left', async () => {
    await expectCleanInForcedColours(page);
    await setDirection(page, 'rtl');
    await expectToFit(page, 'from right to left');
    expect(await page.evaluate(HEADING_SIDE)).toBe('right');
    if (isInside) {
      await page.getByRole('button', { name: /Active platform/ }).click();
      await page.getByRole('listbox').waitFor();
      await expectToFit(page, 'the switcher, from right to left');
    }
  });
});

it('has the colours of the elements by their style sheet alone', async () => {
  const device = await Device.open(browser, node.url, person.client);
  await device.context.route('**/client/app.css', (route) => route.fulfill({ contentType: 'text/css', body: '' }));
  const page = await device.bareTab(PLAIN);
  await page.evaluate("document.documentElement.style.colorScheme = 'light dark'");
  await page.evaluate("document.body.style.background = 'var(--vf-raised)'");
  const grounds = new Set(['rgba(0, 0, 0, 0)']);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    grounds.add((await page.evaluate('getComputedStyle(document.body).backgroundColor')) as string);
  }
  expect(grounds.size).toBe(3);
  await device.close();
});

describe('Point 12: a page as a person has set it', () => {
  it('stands still where less motion is wanted', async () => {
    const device = await Device.open(browser, node.url, person.client, { reducedMotion: 'no-preference' });
    // What never comes keeps the page waiting, where it would move.
    await device.context.route('**/api/posts?*', () => {});
    const page = await device.tab('/');
    await page.locator('.vf-placeholder > div').first().waitFor();
    expect(await page.evaluate('document.getAnimations().length')).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
    await device.close();
  });

  it('shows in forced colours where one is and what is chosen', async () => {
    const device = await Device.open(browser, node.url, person.client, { forcedColors: 'active' });
    const page = await device.tab('/platforms');
    await page.getByRole('button', { name: /Active platform/ }).press('ArrowDown');
    await page.getByRole('listbox').waitFor();
    for (const chosen of ['.site-link[aria-current="page"]', '.vf-switcher [role=listbox] .vf-current']) {
      const outline = `getComputedStyle(document.querySelector('${chosen}')).outlineStyle`;
      expect([chosen, await page.evaluate(outline)]).toEqual([chosen, 'solid']);
    }
    await expectCleanInForcedColours(page);
    await device.close();
  });
});

describe('Point 10: a page without a network', () => {
  it('says so, takes it back when it is there again, and then looks', async () => {
    const device = await Device.open(browser, node.url, person.client);
    await withoutPolls(device.context);
    const page = await device.bareTab('/');
    await page.locator(READY['/']!).waitFor();
    await page.locator('.vf-switcher-button').waitFor();
    const banner = page.getByText('No connection to the server.');
    const [home, , third] = person.platforms;
    await device.context.setOffline(true);
    await banner.waitFor(SOON);
    await person.client.post(`/api/switch_platform/${third!.id}`, {});
    const looked = page.waitForResponse(
      (answer) => answer.url().endsWith('/api/session') && answer.request().method() === 'GET',
    );
    await device.context.setOffline(false);
    expect(await (await looked).json()).toMatchObject({ platform: { id: third!.id } });
    await banner.waitFor({ state: 'hidden' });
    await standsOn(page, third!.id);
    await person.client.post(`/api/switch_platform/${home!.id}`, {});
    await standsOn(page, home!.id);
    await device.close();
  });
});

it('scripts are there as a classic one and as a module, of one and the same object', async () => {
  const device = await Device.open(browser, node.url, person.client);
  const page = await device.tab('/');
  const same = "import('/client/vedfolnir.mjs').then(({ sessionSync }) => sessionSync === window.sessionSync)";
  expect(await page.evaluate(same)).toBe(true);
  await device.close();
});

it('an unknown address has a page that says so, and a way on', async () => {
  const device = await Device.open(browser, node.url, person.client);
  const page = await device.bareTab('/no/such/page');
  await page.getByRole('alert').getByText('There is no page at this address.').waitFor();
  expect(new URL(page.url()).pathname).toBe('/no/such/page');
  await expectClean(page);
  await page.getByRole('link', { name: 'Go to the start page' }).click();
  await page.locator('[data-posts]').waitFor();
  await device.close();
});
