/** What a page shows while the server does not answer it, and how it comes out of that. */
import type { BrowserContext, Page, Request } from 'playwright-core';
import { eventually } from '../support/eventually';
import { Device } from './support/chromium';
import { holdNext } from './support/held';
import { expectForEverybody } from './support/looks';
import { until } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();

const WORDS = 'The database cannot be reached';
const GONE = { status: 503, json: { success: false, error: WORDS, error_code: 'DATABASE_ERROR', retry_after: 30 } };

/** The page, what it reads, and what it shows when it has. */
const READERS: [path: string, reads: string, shows: string][] = [
  ['/', '/api/posts', '.empty'],
  ['/platforms', '/api/user_platforms', '[data-platforms]'],
  ['/devices', '/api/sessions', '[data-devices]'],
  ['/activity', '/api/audit', '[data-trail]'],
  ['/admin', '/api/admin/sessions', '[data-sessions]'],
];

const tryAgain = (page: Page) => page.getByRole('button', { name: 'Try again', exact: true });
const note = (page: Page) => page.getByRole('alert').filter({ has: tryAgain(page) });
const toasts = (page: Page) => page.locator('vf-toasts .vf-toast');

async function deviceFor(path: string): Promise<Device> {
  return path === '/admin' ? stage.office() : stage.device;
}

/** From here on nothing that reads this is answered. @returns its undo */
async function refuse(context: BrowserContext, reads: string): Promise<() => Promise<void>> {
  const asked = (url: URL) => url.pathname === reads;
  await context.route(asked, (route) => route.fulfill(GONE));
  return () => context.unroute(asked);
}

/** A tab whose first reading was refused. */
async function openRefused(path: string, reads: string): Promise<[Page, Device, () => Promise<void>]> {
  const device = await deviceFor(path);
  const answer = await refuse(device.context, reads);
  const page = await device.tab(path);
  await note(page).getByText(WORDS).waitFor();
  return [page, device, answer];
}

/** How often the page asks for it from here on. */
function readings(page: Page, reads: string): Request[] {
  const made: Request[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === reads) made.push(request);
  });
  return made;
}

describe.each(READERS)('%s', (path, reads, shows) => {
  it('Point 1, Point 11, Point 12: says in its place what went wrong, once and to everybody, and reads when asked', async () => {
    const [page, device, answer] = await openRefused(path, reads);
    // What else the page reads comes by itself.
    await eventually(async () => {
      expect(await page.locator('main [aria-busy="true"], main .vf-placeholder').count()).toBe(0);
    });
    expect(await toasts(page).count()).toBe(0);
    await expectForEverybody(page);
    await tryAgain(page).press('Enter');
    await note(page).getByText(WORDS).waitFor();
    expect(await tryAgain(page).and(page.locator(':focus')).count()).toBe(1);
    await answer();
    await tryAgain(page).press('Enter');
    await page.locator(shows).waitFor();
    await note(page).waitFor({ state: 'detached' });
    await until(page, "document.activeElement.closest('main') && document.activeElement !== document.body");
    expect(await toasts(page).count()).toBe(0);
    if (device !== stage.device) await device.close();
  });

  it('reads by itself when the connection is there again, and goes on showing what it has when it cannot', async () => {
    const [page, device, answer] = await openRefused(path, reads);
    await answer();
    await device.context.setOffline(true);
    await page.getByText('No connection to the server.').waitFor();
    await device.context.setOffline(false);
    await page.locator(shows).waitFor();
    expect(await note(page).count()).toBe(0);

    const answerAgain = await refuse(device.context, reads);
    await page.evaluate("window.dispatchEvent(new Event('online'))");
    await toasts(page).getByText(WORDS).waitFor();
    expect(await page.locator(shows).isVisible()).toBe(true);
    expect(await note(page).count()).toBe(0);
    await answerAgain();
    if (device !== stage.device) await device.close();
  });
});

it('says so too where the server does not even tell who is signed in, and shows all when it does', async () => {
  const answer = await refuse(stage.device.context, '/api/session');
  const page = await stage.device.bareTab('/devices');
  await note(page).getByText(WORDS).waitFor();
  await answer();
  await page.locator('[data-devices]').waitFor();
});

it('reads once when the connection is there again', async () => {
  const [page, device, answer] = await openRefused('/devices', '/api/sessions');
  await device.context.setOffline(true);
  await page.getByText('No connection to the server.').waitFor();
  await answer();
  const made = readings(page, '/api/sessions');
  await device.context.setOffline(false);
  await page.locator('[data-devices]').waitFor();
  await page.getByText('No connection to the server.').waitFor({ state: 'hidden' });
  expect(made).toHaveLength(1);
});

it('reads one at a time, however often that is asked for', async () => {
  const [page, , answer] = await openRefused('/devices', '/api/sessions');
  await answer();
  const made = readings(page, '/api/sessions');
  const list = await holdNext(page, '/api/sessions');
  await tryAgain(page).press('Enter');
  await list.asked;
  await tryAgain(page).press('Enter');
  await tryAgain(page).press('Enter');
  await list.hand();
  await page.locator('[data-devices]').waitFor();
  expect(made).toHaveLength(1);
});

it('reads out what is wrong with the switcher in a place that was there before', async () => {
  let refuseNow = () => {};
  const refused = new Promise<void>((resolve) => {
    refuseNow = resolve;
  });
  await stage.device.context.route('**/api/user_platforms', async (route) => {
    await refused;
    await route.fulfill(GONE);
  });
  const page = await stage.device.tab('/account');
  const place = await page.waitForSelector('vf-platform-switcher [role="status"]', { state: 'attached' });
  expect(await place.textContent()).toBe('');
  refuseNow();
  await page.getByRole('button', { name: 'Platforms: try again' }).waitFor();
  expect(await place.textContent()).toContain(WORDS);
});

it('keeps the way to the platforms in the switcher, and goes on from there', async () => {
  const answer = await refuse(stage.device.context, '/api/user_platforms');
  const page = await stage.device.tab('/account');
  const again = page.getByRole('button', { name: 'Platforms: try again' });
  await again.waitFor();
  await page.locator('vf-platform-switcher').getByText(WORDS).waitFor({ state: 'attached' });
  expect(await toasts(page).count()).toBe(0);
  await answer();
  await again.press('Enter');
  await until(page, "document.activeElement.matches('.vf-switcher-button')");
});

it('has all its icons while the server is away, and takes back what it said of that once it is there again', async () => {
  const page = await stage.device.tab('/');
  await page.getByRole('button', { name: /Active platform/ }).click();
  await stage.device.context.setOffline(true);
  await page.getByText('No connection to the server.').waitFor();
  const blank = `[...document.querySelectorAll('svg.vf-icon, [data-icon]')]
    .filter((each) => !each.firstElementChild).map((each) => each.outerHTML)`;
  expect(await page.evaluate(blank)).toEqual([]);
  await page.getByRole('option', { name: /Beta/ }).click();
  await toasts(page).getByText('The server cannot be reached.').waitFor();
  expect(await page.evaluate(blank)).toEqual([]);
  await stage.device.context.setOffline(false);
  await eventually(async () => expect(await toasts(page).count()).toBe(0));
});
