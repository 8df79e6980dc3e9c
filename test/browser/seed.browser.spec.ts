/** The two scripts printed in the document that this product comes from run unchanged in a page of ours. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Device } from './support/chromium';
import type { Person } from './support/people';
import { heard, standsOn, until } from './support/recorder';
import { setStage } from './support/stage';

const fixture = (name: string) => readFileSync(join(__dirname, 'fixtures', name), 'utf8');
const HANDLER = fixture('custom-session-handler.js');
const SWITCHER = fixture('platform-switcher.js');

/** What such a page has around the scripts. */
const SURROUNDINGS = `
  const add = (tag, attributes) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    document.body.append(element);
  };
  add('div', { id: 'platform-switcher-container' });
  add('button', { id: 'platformsDropdown' });
  add('span', { 'data-user-info': 'email', id: 'email' });
`;

const stage = setStage({ names: ['Alpha', 'Beta'] });
let person: Person;
let device: Device;

beforeEach(async () => {
  ({ person, device } = stage);
  // Their scripts take the place of ours; the page, its policy and /client/vedfolnir.js are the server's.
  await device.context.route('**/client/app*.mjs', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: `{${SURROUNDINGS}}\n${HANDLER}\n${SWITCHER}` }),
  );
});

async function theirPage(path: string): Promise<Page> {
  const page = await device.tabWithoutElements(path);
  await page.locator('#platform-switcher-container [data-platform-id]').first().waitFor({ state: 'attached' });
  return page;
}

it('are the printed ones, letter for letter', () => {
  const digests = [HANDLER, SWITCHER].map((code) => createHash('sha256').update(code).digest('hex'));
  expect(digests).toEqual([
    '9ca32f67787c7e650b95583206adf6fee0e4521345287f3c45a232f94889ee33',
    'aee7dc99c4cbffad3b82d8b291177ed75b468c4ae2cffcc70e24696943707d0f',
  ]);
});

it('find window.sessionSync where they look for it', async () => {
  const page = await theirPage('/');
  expect(await page.evaluate('window.customSessionHandler.sessionSync === window.sessionSync')).toBe(true);
});

it('switch both ways, and every tab follows', async () => {
  const [mine, theirs] = [await theirPage('/devices'), await theirPage('/')];
  const [alpha, beta] = person.platforms;
  for (const [page, to] of [
    [theirs, beta!],
    [mine, alpha!],
  ] as const) {
    await page.locator(`#platform-switcher-container [data-platform-id="${to.id}"]`).dispatchEvent('click');
    await Promise.all([standsOn(mine, to.id), standsOn(theirs, to.id)]);
    for (const tab of [mine, theirs]) {
      await until(tab, `document.querySelector('#platformDropdown').textContent.trim() === '${to.name}'`);
      await until(tab, `document.querySelector('#platformsDropdown').textContent === 'Platform: ${to.name}'`);
    }
  }
  for (const tab of [mine, theirs]) {
    const switches = await heard(tab, 'platformSwitched');
    expect(switches.map(({ platformName }) => platformName)).toEqual(['Beta', 'Alpha']);
    // Theirs tells the document too, from when it is there on; neither may set the other off again.
    const theirs = await tab.evaluate('window.heard.sessionUpdated.length - window.heard.sessionStateChanged.length');
    expect([2, 3]).toContain(theirs);
  }
});

it('keep a form without text on the active platform, with its limit', async () => {
  const page = await theirPage('/create_post');
  const beta = person.platforms[1]!;
  await person.client.post(`/api/switch_platform/${beta.id}`, {});
  await standsOn(page, beta.id);
  expect(await page.locator('input[name="platform_id"]').inputValue()).toBe(String(beta.id));
  await page.getByText('2200 characters remaining').waitFor();
});

it('do not send to another account what was written for the first', async () => {
  const page = await theirPage('/create_post');
  const [alpha, beta] = person.platforms;
  await page.getByLabel('Text', { exact: true }).fill('Meant for Alpha');
  await person.client.post(`/api/switch_platform/${beta!.id}`, {});
  await standsOn(page, beta!.id);
  // Their script has put the new platform into the form; it stays with the one that it was written for all the same.
  expect(await page.locator('input[name="platform_id"]').inputValue()).toBe(String(alpha!.id));
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByRole('button', { name: 'Keep posting as Alpha' }).click();
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByText('Post created successfully!').waitFor();
  expect(await postsOn(alpha!.id)).toBe(1);
  expect(await postsOn(beta!.id)).toBe(0);
});

it('share a plain page with what its attributes do', async () => {
  const page = await device.tab('/client/examples/plain.html');
  const beta = person.platforms[1]!;
  const asked: (string | undefined)[] = [];
  await page.route('**/api/platform_statistics', (route) => {
    asked.push(route.request().headers()['x-requested-with']);
    return route.fulfill({ json: { total_posts: 7, html: '<i>As it came</i>' } });
  });
  await page.evaluate(
    `document.head.append(Object.assign(document.createElement('script'), { src: '/client/app.mjs' }))`,
  );
  await until(page, 'window.customSessionHandler');
  await page.getByLabel('Text', { exact: true }).fill('👨‍👩‍👧‍👦');
  await page.getByRole('link', { name: 'Write' }).waitFor();
  await person.client.post(`/api/switch_platform/${beta.id}`, {});
  await page.getByText('Switched to Beta').waitFor();
  await page.getByRole('button', { name: 'Move to Beta' }).click();
  await page.getByText('2199 characters remaining').waitFor();
  expect(await page.locator('[maxlength]').count()).toBe(0);
  // One of the two fetches, and it is not the one that puts in what comes as it is.
  await page.locator('#posts').getByText('7', { exact: true }).waitFor();
  expect(asked).toEqual([undefined]);
  for (const { id } of person.platforms) await person.client.delete(`/api/platforms/${id}`);
  await page.getByRole('link', { name: 'Write' }).waitFor({ state: 'hidden' });
});

it('see the end of a session and go to the login page', async () => {
  const page = await theirPage('/');
  await person.client.post('/api/auth/logout', {});
  await page.getByText('Your session has expired. Please log in again.').waitFor();
  expect(await heard(page, 'sessionExpired')).toEqual([{ reason: 'logout', errorCode: 'SESSION_REVOKED' }]);
  await page.waitForURL('**/login**');
});

async function postsOn(platformId: number): Promise<number> {
  const headers = { 'x-platform-id': String(platformId), 'x-platform-pinned': 'true' };
  const { body } = await person.client.get<{ total_posts: number }>('/api/platform_statistics', { headers });
  return body.total_posts;
}
