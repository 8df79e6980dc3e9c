/** Every page: for everybody, at every width, in the light and in the dark. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';
import { newPerson, type Person } from './support/people';
import { standsOn, until } from './support/recorder';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const SCREENS = join(__dirname, '../../docs/screens');
/** Only on demand: a run of the tests leaves the tree as it was. The README shows one of them. */
const TAKES_PICTURES = process.env.SCREENSHOTS === '1';

const PAGES = ['/login', '/register', '/', '/create_post', '/platforms', '/devices', '/activity', '/account', '/admin'];
const ENTRANCES = ['/login', '/register'];
/** What a page shows when it has all that it needs. */
const READY: Record<string, string> = {
  '/': '[data-posts]',
  '/create_post': 'vf-composer textarea',
  '/platforms': '[data-platforms]',
  '/devices': '[data-devices]',
  '/activity': '[data-trail]',
  '/admin': '[data-sessions]',
  '/account': 'form[name="password"]',
  '/login': 'form[name="login"]',
  '/register': 'form[name="register"]',
};

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

let node: ServerNode;
let browser: Browser;
let person: Person;

beforeAll(async () => {
  [node, browser] = await Promise.all([startNode(), launchChromium()]);
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
  await node?.stop();
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
  if (client) await page.locator('.vf-switcher-button').waitFor();
  return [device, page];
}

async function audit(page: Page): Promise<string[]> {
  // By the debugger's hand: the page's own policy would refuse the script, as it should.
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run(document)')) as { violations: Violation[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

async function picture(page: Page, path: string, kind: string): Promise<void> {
  if (!TAKES_PICTURES) return;
  mkdirSync(SCREENS, { recursive: true });
  const name = path === '/' ? 'home' : path.slice(1);
  await page.screenshot({ path: join(SCREENS, `${name}-${kind}.png`), fullPage: true });
}

describe.each(PAGES)('%s', (path) => {
  it('has nothing serious or critical for axe, light and dark', async () => {
    const [device, page] = await open(path, { colorScheme: 'light', viewport: { width: 1100, height: 760 } });
    expect(await audit(page)).toEqual([]);
    await picture(page, path, 'wide');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true);
    // The colours of what changes softly are those of neither until it has changed.
    await until(page, "document.getAnimations().every(({ playState }) => playState !== 'running')");
    expect(await audit(page)).toEqual([]);
    await picture(page, path, 'dark');
    expect(device.complaints).toEqual([]);
    await device.close();
  });

  it('needs no sideways scrolling at 320 pixels, with text of twice the size, nor from right to left', async () => {
    const [device, page] = await open(path, { viewport: { width: 320, height: 640 } });
    const overflow = 'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth';
    expect(await page.evaluate(overflow)).toBe(0);
    await picture(page, path, '320');
    const small = (await page.evaluate(`[...document.querySelectorAll('a, button, input:not([type=hidden]), select')]
      .filter((element) => element.checkVisibility() && !element.matches('.skip, p a, [type=checkbox]'))
      .filter((element) => element.getBoundingClientRect().height < 24)
      .map((element) => element.outerHTML)`)) as string[];
    expect(small).toEqual([]);
    await page.evaluate("document.documentElement.dir = 'rtl'");
    expect(await page.evaluate(overflow)).toBe(0);
    if (!ENTRANCES.includes(path)) {
      await page.getByRole('button', { name: /Active platform/ }).click();
      await page.getByRole('listbox').waitFor();
      const outside = `(() => { const { left, right } = document.querySelector('.vf-switcher').getBoundingClientRect();
        return left < 0 || right > document.documentElement.clientWidth; })()`;
      expect(await page.evaluate(outside)).toBe(false);
      await page.keyboard.press('Escape');
    }
    await page.evaluate("document.documentElement.dir = 'ltr'");
    await page.setViewportSize({ width: 640, height: 640 });
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    expect(await page.evaluate(overflow)).toBe(0);
    await device.close();
  });
});

describe('what opens over a page', () => {
  it.each(['light', 'dark'] as const)('is as clean: the open switcher and a question, %s', async (colorScheme) => {
    const [device, page] = await open('/platforms', { colorScheme });
    await page.getByRole('button', { name: /Active platform/ }).click();
    await page.getByRole('listbox').waitFor();
    expect(await audit(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove Pictures' }).click();
    await page.getByRole('alertdialog').waitFor();
    expect(await audit(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: /Pictures/ }).waitFor();
    await device.close();
  });
});

describe('a page as a person has set it', () => {
  it('stands still where less motion is wanted', async () => {
    const device = await Device.open(browser, node.url, person.client, { reducedMotion: 'reduce' });
    // What never comes keeps the page waiting, where it would move.
    await device.context.route('**/api/posts?*', () => {});
    const page = await device.tab('/');
    await page.locator('.vf-placeholder > div').first().waitFor();
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
    await device.close();
  });

  it('shows in forced colours where one is and what is chosen', async () => {
    const device = await Device.open(browser, node.url, person.client, { forcedColors: 'active' });
    const page = await device.tab('/platforms');
    expect(await page.evaluate("matchMedia('(forced-colors: active)').matches")).toBe(true);
    await page.getByRole('button', { name: /Active platform/ }).press('ArrowDown');
    await page.getByRole('listbox').waitFor();
    const outline = "getComputedStyle(document.querySelector('#vf-switcher-list .vf-current')).outlineStyle";
    expect(await page.evaluate(outline)).toBe('solid');
    expect(await audit(page)).toEqual([]);
    await device.close();
  });
});

describe('a page without a network', () => {
  it('says so within a second, and looks again when it is back', async () => {
    const [device, page] = await open('/', {});
    const banner = page.getByText('No connection to the server.');
    const [home, , third] = person.platforms;
    await device.context.setOffline(true);
    await banner.waitFor({ timeout: 1_000 });
    await person.client.post(`/api/switch_platform/${third!.id}`, {});
    await device.context.setOffline(false);
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
