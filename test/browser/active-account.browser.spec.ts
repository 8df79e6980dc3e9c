/** Who one is now: said in the switcher, the icon and the title of the tab, and when somebody else has changed it. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { switchTo, text } from './support/composing';
import { savedIn } from './support/drafts';
import { expectForEverybody } from './support/looks';
import { standsOn, until } from './support/recorder';
import { setStage } from './support/stage';

const stage = setStage();
const FIREFOX = 'Mozilla/5.0 (Android 14; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0';

const iconOf = (page: Page) => page.locator('link[rel="icon"]').getAttribute('href');
const barOf = (page: Page) => page.locator('meta[name="theme-color"]').getAttribute('content');

it('shows the account in the icon and the bar of the window, each in a colour of its own', async () => {
  const page = await stage.device.tab('/');
  await standsOn(page, stage.person.platforms[0]!.id);
  const [icon, bar] = [await iconOf(page), await barOf(page)];
  expect(icon).toContain('data:image/svg+xml');
  await switchTo(stage.person, 1);
  await standsOn(page, stage.person.platforms[1]!.id);
  await eventually(async () => {
    expect(await iconOf(page)).not.toBe(icon);
    expect(await barOf(page)).not.toBe(bar);
  });
});

it('names each account in the switcher, marks those with a draft, and says by which keys it opens', async () => {
  const writing = await stage.device.tab('/create_post');
  await text(writing).fill('Not done yet');
  await savedIn(writing, 'Not done yet');
  const page = await stage.device.tab('/');
  await page.getByRole('button', { name: 'Active platform: Alpha' }).waitFor();
  await page.keyboard.press('Alt+P');
  await page.getByRole('option', { name: /Alpha.*@\S*127\.0\.0\.1.*Draft/ }).waitFor();
  expect(await page.getByRole('option', { name: /Draft/ }).count()).toBe(1);
  await page.locator('.vf-switcher').getByText('Alt+P').waitFor();
  await expectForEverybody(page);
});

it('says on which device somebody has switched, and undoes it', async () => {
  const phone = stage.person.client.device(FIREFOX);
  await phone.login();
  const page = await stage.device.tab('/');
  const [alpha, beta] = stage.person.platforms;
  expect((await phone.post(`/api/switch_platform/${beta!.id}`, {})).status).toBe(200);
  await page.getByText('Switched to Beta on Firefox on Android.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await standsOn(page, alpha!.id);
  expect((await phone.get('/api/session')).body).toMatchObject({ platform: { id: alpha!.id } });
  // What this very device does needs no word.
  expect((await stage.person.client.post(`/api/switch_platform/${beta!.id}`, {})).status).toBe(200);
  await standsOn(page, beta!.id);
  expect(await page.getByText(/^Switched to/).count()).toBe(0);
});

it('signs out everywhere by the menu, once the person has said so', async () => {
  const phone = stage.person.client.device(FIREFOX);
  await phone.login();
  const page = await stage.device.tab('/');
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  const question = page.getByRole('alertdialog', { name: 'Sign out everywhere?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect((await phone.get('/api/session')).status).toBe(200);
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expectForEverybody(page);
  await question.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.waitForURL('**/login?reason=logout');
  expect((await phone.get('/api/session')).status).toBe(401);
});

it('says at the end of a session that the draft is kept', async () => {
  const page = await stage.device.tab('/create_post');
  await text(page).fill('Half a thought');
  await savedIn(page, 'Half a thought');
  const other = stage.person.client.device();
  await other.login();
  const said = page.getByRole('alert').getByText('What you were writing is kept as a draft in this browser.').waitFor();
  expect((await other.post('/api/sessions/end_others', {})).status).toBe(200);
  await said;
});

it('explains its keys, begins a post by one of them, and lets them be turned off', async () => {
  const page = await stage.device.tab('/');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard' });
  await help.getByText('Write a post').waitFor();
  await expectForEverybody(page);
  await help.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Keyboard' }).click();
  await help.getByRole('checkbox').check();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  await page.keyboard.press('n');
  await page.waitForURL('**/create_post');
  await text(page).fill('n? are letters here');
  expect(await text(page).inputValue()).toBe('n? are letters here');
});

it.each(['/', '/platforms', '/images'])('%s asks for each thing once while it loads', async (path) => {
  // So that the first imports, which start by themselves and of which the page hears, have ended.
  for (const { id } of stage.person.platforms) await stage.person.client.post(`/api/platforms/${id}/import`);
  const page = await stage.device.context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/')) asked.push(`${request.method()} ${pathname}`);
  });
  await page.goto(stage.node.url + path);
  await until(page, "window.sessionSync?.getConnectionStatus() === 'live'");
  await page.waitForLoadState('networkidle');
  expect(asked).toContain('GET /api/user_platforms');
  expect(asked.sort()).toEqual([...new Set(asked)]);
});

it('asks for no script, style or icon again on the next page', async () => {
  const page = await stage.device.tab('/');
  await page.goto(`${stage.node.url}/platforms`);
  await until(page, "window.sessionSync?.getConnectionStatus() === 'live'");
  const files = (await page.evaluate(`performance.getEntriesByType('resource')
    .filter(({ name }) => new URL(name).pathname.startsWith('/client/'))
    .map(({ name, transferSize }) => ({ name, transferSize }))`)) as { name: string; transferSize: number }[];
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter(({ transferSize }) => transferSize > 0)).toEqual([]);
});
