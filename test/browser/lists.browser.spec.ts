/** A list that is read and drawn anew while somebody is at one of its rows, or reads on. */
import type { Locator, Page } from 'playwright-core';
import type { DeviceView, PostsView, RestSessionState } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import type { TestClient } from '../support/http-client';
import { Device } from './support/chromium';
import { switchTo } from './support/composing';
import { holdNext } from './support/held';
import { setStage } from './support/stage';

const stage = setStage();

const idOf = async (client: TestClient): Promise<string> =>
  (await client.get<RestSessionState>('/api/session')).body.session.id;

async function signIn(): Promise<TestClient> {
  const client = stage.person.client.device();
  await client.login();
  return client;
}

async function publish(content: string): Promise<void> {
  const { client, platforms } = stage.person;
  const headers = { 'x-platform-id': String(platforms[0]!.id) };
  expect((await client.post('/api/posts', { content }, { headers })).status).toBe(201);
}

const hasFocus = (place: Locator) =>
  eventually(async () => expect(await place.and(place.page().locator(':focus')).count()).toBe(1));

/** As after a sleep. @returns when the list has so many rows */
async function readAnew(page: Page, rows: Locator, count: number): Promise<void> {
  await page.evaluate("window.dispatchEvent(new Event('online'))");
  await eventually(async () => expect(await rows.count()).toBe(count));
}

/** Each post of the person's has one that nobody has described. */
async function addImages(): Promise<void> {
  await stage.device.context.route(/\/api\/posts\?/, async (route) => {
    const answer = (await (await route.fetch()).json()) as PostsView;
    const images = [{ id: 1, alt_text: null, status: 'pending' }];
    await route.fulfill({ json: { ...answer, posts: answer.posts.map((each) => ({ ...each, images })) } });
  });
}

it('closes the forms for a description and for a name by Escape, and changes nothing', async () => {
  await publish('With an image');
  await addImages();
  const page = await stage.device.tab('/');
  await page.getByRole('button', { name: 'Describe the image' }).click();
  await page.getByLabel('Description of the image').fill('A red sun');
  await page.keyboard.press('Escape');
  await hasFocus(page.getByRole('button', { name: 'Describe the image' }));
  expect(await page.getByText('A red sun').count()).toBe(0);
  await page.goto(`${stage.node.url}/platforms`);
  await page.getByRole('button', { name: 'More for Beta' }).click();
  await page.getByRole('button', { name: 'Rename Beta' }).click();
  await page.getByLabel('New name').fill('Omega');
  await page.keyboard.press('Escape');
  await hasFocus(page.getByRole('button', { name: 'More for Beta' }));
  expect(await page.getByLabel('New name').count()).toBe(0);
});

it('saves the name of a device, and removes it when it is emptied', async () => {
  const laptop = await signIn();
  const id = await idOf(laptop);
  const page = await stage.device.tab('/devices');
  const row = page.locator(`[data-session-id="${id}"]`);
  const rename = row.getByRole('button', { name: /^Rename/ });
  const unnamed = await row.getByRole('heading').innerText();
  await rename.click();
  await page.getByLabel('New name').fill('Kitchen <b>laptop</b>');
  await page.keyboard.press('Enter');
  await row.getByRole('heading', { name: 'Kitchen <b>laptop</b>' }).waitFor();
  await hasFocus(rename);
  const { sessions } = (await laptop.get<{ sessions: DeviceView[] }>('/api/sessions')).body;
  expect(sessions.find((each) => each.id === id)?.name).toBe('Kitchen <b>laptop</b>');
  await page.reload();
  await row.getByRole('button', { name: 'Rename Kitchen <b>laptop</b>' }).click();
  await page.getByLabel('New name').fill('');
  await row.getByRole('button', { name: 'Save' }).click();
  await eventually(async () => expect(await row.getByRole('heading').innerText()).toBe(unnamed));
});

it('shows each paragraph of a post in its own direction', async () => {
  await publish('Good morning\n\nשלום');
  const page = await stage.device.tab('/');
  await page.getByText('שלום').waitFor();
  const directions = "[...document.querySelectorAll('.vf-post-text')].map((each) => getComputedStyle(each).direction)";
  expect(await page.evaluate(directions)).toEqual(['ltr', 'rtl']);
});

it('keeps at home the description that is being written while a post comes in', async () => {
  await publish('With an image');
  await addImages();
  const page = await stage.device.tab('/');
  await page.getByRole('button', { name: 'Describe the image' }).click();
  const words = page.getByLabel('Description of the image');
  await words.fill('A red sun');
  await publish('Another');
  await page.locator('vf-post-card').nth(1).waitFor();
  expect(await words.inputValue()).toBe('A red sun');
  await hasFocus(words);
  const card = page.locator('vf-post-card').filter({ hasText: 'With an image' });
  expect(await card.getByLabel('Description of the image').count()).toBe(1);
});

it('stays at the button of the same platform when one above it is removed', async () => {
  const { client, platforms } = stage.person;
  const page = await stage.device.tab('/platforms');
  const test = page.locator(`li[data-platform-id="${platforms[1]!.id}"]`).getByRole('button', { name: /^More/ });
  await test.focus();
  expect((await client.delete(`/api/platforms/${platforms[0]!.id}`)).status).toBe(204);
  await page.locator('main').getByText('Alpha').waitFor({ state: 'detached' });
  await hasFocus(test);
});

it('stays at the button of the same device, and at the list when that device is gone', async () => {
  const laptop = await signIn();
  const id = await idOf(laptop);
  const page = await stage.device.tab('/devices');
  const rows = page.locator('[data-devices] > li');
  const signOut = page.locator(`[data-session-id="${id}"]`).getByRole('button', { name: /^Sign out/ });
  await signOut.focus();
  await signIn();
  await readAnew(page, rows, 3);
  await hasFocus(signOut);
  expect((await stage.person.client.delete(`/api/sessions/${id}`)).status).toBe(204);
  await readAnew(page, rows, 2);
  await hasFocus(page.locator('[data-devices]'));
});

it('keeps what was read anew while older rows were on their way', async () => {
  for (let each = 1; each <= 31; each++) await switchTo(stage.person, each % 2);
  const page = await stage.device.tab('/activity');
  const rows = page.locator('[data-trail] [data-event]');
  await rows.nth(29).waitFor({ state: 'attached' });
  const older = await holdNext(page, '/api/audit');
  await page.getByRole('button', { name: 'Older' }).click();
  await signIn();
  await page.evaluate("window.dispatchEvent(new Event('online'))");
  const news = page.locator('[data-trail] .trail-day:first-child .trail > li:first-child[data-type="sign_in"]');
  await news.waitFor();
  await older.hand();
  expect(await news.count()).toBe(1);
  expect(await rows.count()).toBeGreaterThan(31);
});

describe('where everybody is seen', () => {
  let office: Device;
  let page: Page;
  let rows: Locator;
  let end: Locator;

  beforeEach(async () => {
    office = await stage.office();
    page = await office.tab('/admin');
    rows = page.locator('[data-sessions] > li');
    const { user, session } = (await stage.person.client.get<RestSessionState>('/api/session')).body;
    end = page.locator(`[data-session-id="${session.id}"]`).getByRole('button');
    await page.getByRole('searchbox').fill(user.username);
    await page.getByRole('searchbox').press('Enter');
    await eventually(async () => expect(await rows.count()).toBe(1));
  });

  afterEach(async () => {
    await office.close();
    expect(office.complaints).toEqual([]);
  });

  it('stays at the button of the same session', async () => {
    await end.focus();
    await signIn();
    await readAnew(page, rows, 2);
    await hasFocus(end);
  });

  it('goes to the heading when that session was ended here', async () => {
    await signIn();
    await readAnew(page, rows, 2);
    await end.press('Enter');
    await page.getByRole('button', { name: 'End it' }).press('Enter');
    await end.waitFor({ state: 'detached' });
    await hasFocus(page.getByRole('heading', { name: 'Sessions', exact: true }));
  });

  it('shows what is searched for, not what was being read of another search', async () => {
    for (let each = 1; each <= 30; each++) await signIn();
    await readAnew(page, rows, 30);
    const more = await holdNext(page, '/api/admin/sessions');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('searchbox').fill('nobody of this name');
    await page.getByRole('searchbox').press('Enter');
    const none = page.getByText('There is no such session.');
    await none.waitFor();
    await more.hand();
    expect(await none.isVisible()).toBe(true);
  });
});
