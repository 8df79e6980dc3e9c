/** What is written for one account is not sent as another without a word. */
import type { Browser, Page } from 'playwright-core';
import type { PostsView, PostView } from '../../src/protocol/http';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';
import { newPerson, type Person } from './support/people';
import { standsOn } from './support/recorder';

let node: ServerNode;
let browser: Browser;
let person: Person;
let device: Device;
let tab: Page;

beforeAll(async () => {
  [node, browser] = await Promise.all([startNode(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await node?.stop();
});

beforeEach(async () => {
  person = await newPerson(node.url);
  device = await Device.open(browser, node.url, person.client);
  tab = await device.tab('/create_post');
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

const text = () => tab.getByLabel('Text', { exact: true });
const post = () => tab.getByRole('button', { name: 'Post', exact: true });
const keep = () => tab.getByRole('button', { name: 'Keep posting as Alpha' });

/** Somewhere else, on the same session. */
async function switchTo(index: number): Promise<number> {
  const { id } = person.platforms[index]!;
  expect((await person.client.post(`/api/switch_platform/${id}`, {})).status).toBe(200);
  return id;
}

async function postsOf(index: number): Promise<PostView[]> {
  const headers = { 'x-platform-id': String(person.platforms[index]!.id), 'x-platform-pinned': 'true' };
  return (await person.client.get<PostsView>('/api/posts', { headers })).body.posts;
}

/** Counts what is sent, from here on. */
function sendings(): { count: number } {
  const sent = { count: 0 };
  tab.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/posts')) sent.count += 1;
  });
  return sent;
}

it('posts to the platform that it shows', async () => {
  await tab.getByLabel('Title (optional)').fill('First');
  await text().fill('Hello');
  await post().click();
  await tab.getByText('Posted to Alpha.').waitFor();
  expect(await postsOf(0)).toMatchObject([{ title: 'First', content: 'Hello' }]);
  expect(await text().inputValue()).toBe('');
});

it('follows a switch while nothing is written', async () => {
  await standsOn(tab, await switchTo(1));
  await tab.getByText('Posting as Beta').waitFor();
  expect(await text().getAttribute('placeholder')).toBe('Describe your photo...');
  await tab.getByText('2200 characters remaining').waitFor();
  expect(await tab.locator('input[name="platform_id"]').inputValue()).toBe(String(person.platforms[1]!.id));
});

it('stays with its platform once something is written, and sends nothing until it is told', async () => {
  const sent = sendings();
  await text().fill('Meant for Alpha');
  await standsOn(tab, await switchTo(1));
  await keep().waitFor();
  await post().click();
  await text().press('Control+Enter');
  expect(sent.count).toBe(0);
  await keep().click();
  await keep().waitFor({ state: 'detached' });
  await post().click();
  await tab.getByText('Posted to Alpha.').waitFor();
  expect(await postsOf(0)).toHaveLength(1);
  expect(await postsOf(1)).toHaveLength(0);
  // The next post begins where the session is.
  await tab.getByText('Posting as Beta').waitFor();
});

it('moves when it is told to', async () => {
  await text().fill('Meant for whoever');
  await switchTo(1);
  await tab.getByRole('button', { name: 'Move to Beta' }).click();
  await tab.getByText('Posting as Beta').waitFor();
  await post().click();
  await tab.getByText('Posted to Beta.').waitFor();
  expect(await postsOf(1)).toHaveLength(1);
});

it('has nothing to ask when the session comes back', async () => {
  await text().fill('Meant for Alpha');
  await switchTo(1);
  await keep().waitFor();
  await switchTo(0);
  await keep().waitFor({ state: 'detached' });
  await post().click();
  await tab.getByText('Posted to Alpha.').waitFor();
});

it('asks as well when only the refusal tells of the switch', async () => {
  await text().fill('Sent before the news came');
  // A tab that hears nothing any more: the server alone knows that it is behind.
  await tab.evaluate('window.sessionSync.destroy()');
  await switchTo(1);
  await post().click();
  await keep().waitFor();
  expect([...(await postsOf(0)), ...(await postsOf(1))]).toEqual([]);
  await keep().click();
  await post().click();
  await tab.getByText('Posted to Alpha.').waitFor();
  expect(await postsOf(0)).toHaveLength(1);
});

it('counts what a person would count, sends nothing that is too long, and cuts nothing', async () => {
  const sent = sendings();
  const family = '👨‍👩‍👧‍👦';
  await text().fill(family);
  await tab.getByText('499 characters remaining').waitFor();
  await text().fill(`https://example.org/${'x'.repeat(40)}`);
  await tab.getByText('477 characters remaining').waitFor();
  const long = 'a'.repeat(501);
  await text().fill(long);
  await tab.getByText('1 characters over the limit').waitFor();
  await post().click({ force: true });
  await tab.getByText('1 characters too long for Alpha').waitFor();
  expect(sent.count).toBe(0);
  expect(await text().inputValue()).toBe(long);
});

it('works without a script', async () => {
  const plain = await Device.open(browser, node.url, person.client, { javaScriptEnabled: false });
  tab = await plain.bareTab('/create_post');
  await text().fill('Plainly');
  await post().click();
  await tab.getByText('Post created successfully!').waitFor();
  expect(await postsOf(0)).toMatchObject([{ content: 'Plainly' }]);

  await tab.goto(`${node.url}/create_post`);
  await text().fill('Too late');
  await switchTo(1);
  await post().click();
  await tab.getByText('Posting as Beta').waitFor();
  expect(await text().inputValue()).toContain('Too late');
  expect(await postsOf(0)).toHaveLength(1);
  expect(await postsOf(1)).toHaveLength(0);
  await plain.close();
});
