/** A page of anybody's that does not leave with the session: nothing of the person stays in its elements. */
import type { Page } from 'playwright-core';
import { newPerson, type Person } from './support/people';
import { PLAIN } from './support/plain-page';
import { until } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();

const ELEMENTS = ['platform-switcher', 'session-menu', 'device-list', 'toasts'];
/** Makes one of a page that is. What is served by a test alone may open no socket. */
const MAKE = `
  delete document.body.dataset.sessionRequired;
  document.body.innerHTML = '${ELEMENTS.map((name) => `<vf-${name}></vf-${name}>`).join('')}';
  import('/client/elements.mjs');`;

const html = (page: Page) => page.evaluate('document.body.innerHTML') as Promise<string>;
const username = (page: Page) => page.evaluate('window.sessionSync.getState().user.username') as Promise<string>;

async function open(): Promise<Page> {
  const page = await stage.device.tab(PLAIN);
  await fill(page);
  return page;
}

async function fill(page: Page): Promise<void> {
  await page.evaluate(MAKE);
  await filled(page);
}

async function filled(page: Page): Promise<void> {
  await page.locator('[data-devices]').waitFor();
  await page.locator('.vf-switcher-button').waitFor();
  await page.locator('.vf-menu-button').waitFor();
}

/** What is known of somebody, and was to be seen. */
async function known(page: Page, { platforms }: Person): Promise<string[]> {
  const words = [await username(page), '127.0.0.1', ...platforms.map(({ name }) => name)];
  const shown = await html(page);
  for (const word of words) expect(shown).toContain(word);
  return words;
}

/** What can be open over the page when the session ends. */
const OPEN: [string, (page: Page) => Promise<unknown>, string][] = [
  ['the switcher', (page) => page.locator('.vf-switcher-button').click(), '.vf-switcher:popover-open'],
  ['the menu', (page) => page.locator('.vf-menu-button').click(), '[part="panel"]:popover-open'],
  ['the question about a device', (page) => page.locator('.vf-device button[name="sign-out"]').click(), 'dialog[open]'],
  ['a message', (page) => page.evaluate("window.notificationSystem.show('Sending to Alpha…', 'error')"), '.vf-toast'],
];

it.each(OPEN)('has nothing left of the person when the session ends, with %s open', async (_what, show, opened) => {
  const page = await open();
  const words = await known(page, stage.person);
  await show(page);
  await page.locator(opened).waitFor();
  await stage.person.client.post('/api/auth/logout', {});
  await until(page, 'window.heard.sessionExpired');
  await page.locator(opened).waitFor({ state: 'detached' });
  const left = await html(page);
  expect(words.filter((word) => left.includes(word))).toEqual([]);
  expect(await page.locator('[aria-busy="true"], [role="alert"]:not(:empty) button').count()).toBe(0);
});

it('has nothing left of the person in what a server wrote with attributes', async () => {
  const page = await stage.device.tab(PLAIN);
  await page.evaluate('delete document.body.dataset.sessionRequired');
  const [platform] = stage.person.platforms;
  const words = [await username(page), platform!.name];
  const main = async () => `${await page.locator('header').textContent()}`;
  for (const word of words) expect(await main()).toContain(word);
  await stage.person.client.post('/api/auth/logout', {});
  await until(page, 'window.heard.sessionExpired');
  const left = await main();
  expect(words.filter((word) => left.includes(word))).toEqual([]);
});

it('keeps what the page says itself when the session ends', async () => {
  const page = await stage.device.tab(PLAIN);
  const goodbye = "window.notificationSystem.show('Goodbye', 'info', 0)";
  await page.evaluate(`window.addEventListener('sessionExpired', () => ${goodbye})`);
  await fill(page);
  await stage.person.client.post('/api/auth/logout', {});
  await page.getByText('Goodbye').waitFor();
});

it('shows all of another person who signs in in this browser, and nothing of the first', async () => {
  const page = await open();
  const words = await known(page, stage.person);
  const other = await newPerson(stage.node.url, ['Zeta', 'Eta']);
  await page.locator('.vf-switcher-button').click();
  await page.locator('.vf-switcher:popover-open').waitFor();
  await stage.device.useSessionOf(other.client);
  // It looks, and not by the socket of the first.
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.locator('.vf-switcher-button').getByText('Zeta').waitFor();
  await filled(page);
  expect(await page.locator(':popover-open').count()).toBe(0);
  await known(page, other);
  const shown = await html(page);
  expect(words.filter((word) => word !== '127.0.0.1' && shown.includes(word))).toEqual([]);
});
