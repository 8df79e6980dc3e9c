/** Who is not signed in reads in peace: the page asks once who they are, and then nothing more. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { Device } from './support/chromium';
import { PLAIN } from './support/plain-page';
import { setStage } from './support/stage';

/** Many times as long as any wait of the client's. */
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
  ['who has no session', PLAIN, false],
  ['whose session has ended', PLAIN, true],
  ['at the sign-in', '/login', false],
])('a visitor %s is asked for once, and the page stays as it is', async (_who, path, ended) => {
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

  expect(asked.filter((each) => each !== `GET ${path}`)).toEqual(['GET /api/session']);
  // The browser's own word about the 401.
  expect(errors).toEqual([expect.stringContaining('401')]);
  expect(tab.url()).toBe(here);
  expect(await tab.locator('main').innerText()).toBe(words);
  expect(await tab.locator('#session-ended').count()).toBe(0);
});
