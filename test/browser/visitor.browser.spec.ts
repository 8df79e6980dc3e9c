/** A page of a visitor asks once who they are and then nothing more; one that the server made for a visitor, not even that. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { Device } from './support/chromium';
import { PLAIN } from './support/plain-page';
import { setStage } from './support/stage';

/** Many times the client's longest timeout. */
const LONG_MS = 10 * 60_000;

const stage = setStage();
let device: Device;
let asked: string[];
let errors: string[];

beforeEach(async () => {
  device = await Device.open(stage.browser, stage.node.url);
  asked = [];
  errors = [];
  // The time of the page is the test's.
  await device.context.clock.install();
  device.context.on('page', (page) => {
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (!pathname.startsWith('/client/')) asked.push(`${request.method()} ${pathname}`);
    });
    page.on('websocket', (socket) => asked.push(`socket ${socket.url()}`));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  });
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

/** All that makes a page of a signed-in person look again. */
async function stir(tab: Page): Promise<void> {
  await tab.mouse.click(5, 5);
  await tab.keyboard.press('Shift');
  await device.context.setOffline(true);
  await device.context.setOffline(false);
  await tab.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
  await tab.evaluate(`window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`);
}

it.each([
  ['who has no session', PLAIN, false, 1],
  ['whose session has ended', PLAIN, true, 1],
  ['at the sign-in', '/login', false, 0],
])('the page of a visitor %s asks at most once, and stays as it is', async (_who, path, ended, questions) => {
  if (ended) {
    await device.useSessionOf(stage.person.client);
    await stage.person.client.post('/api/auth/logout', {});
  }
  const tab = await device.bareTab(path);
  const here = tab.url();
  await eventually(async () => expect(await tab.evaluate('window.sessionSync.getConnectionStatus()')).toBe('none'));
  const words = await tab.locator('main').innerText();
  await tab.clock.runFor(LONG_MS);
  await stir(tab);
  await tab.clock.runFor(LONG_MS);

  expect(asked.filter((each) => each !== `GET ${path}`)).toEqual(Array(questions).fill('GET /api/session'));
  // The browser's own word about the 401.
  expect(errors).toEqual(Array(questions).fill(expect.stringContaining('401')));
  expect(tab.url()).toBe(here);
  expect(await tab.locator('main').innerText()).toBe(words);
  expect(await tab.locator('#session-ended').count()).toBe(0);
});
