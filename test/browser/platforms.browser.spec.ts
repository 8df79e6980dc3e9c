/** What can be done with an account that is connected: asked, read from, and connected again. */
import type { Browser, Page } from 'playwright-core';
import type { PlatformView } from '../../src/protocol/http';
import {
  allowed,
  connectTo,
  type FakeInstance,
  newAccount,
  startInstance,
  stopInstances,
} from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';

let town: FakeInstance;
let node: ServerNode;
let browser: Browser;
let device: Device;
let tab: Page;
let client: TestClient;
let connected: Awaited<ReturnType<typeof connectTo>>;

beforeAll(async () => {
  town = await startInstance();
  [node, browser] = await Promise.all([startNode(allowed(town)), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await node?.stop();
  await stopInstances();
});

beforeEach(async () => {
  client = new TestClient(node.url);
  await client.register();
  connected = await connectTo(client, town);
  device = await Device.open(browser, node.url, client);
  tab = await device.tab('/platforms');
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

const card = () => tab.locator('[data-platforms] > li');
const press = (name: string) => card().getByRole('button', { name, exact: true }).click();
async function choose(action: string): Promise<void> {
  await press('More for Town');
  await press(`${action} Town`);
}
const says = (words: string) => tab.getByRole('status').getByText(words).waitFor();

it('asks whether the connection works; where it does not, the person connects again, and the account is the same', async () => {
  const { account, platform, token } = connected;
  await choose('Test');
  await says(`It works: you are ${account.username} there.`);

  town.store.tokens.delete(token);
  await choose('Test');
  await card().getByRole('alert').getByText(`${town.host}: The instance no longer accepts the token`).waitFor();
  await card().getByText('Reconnect needed').waitFor();

  await press('Reconnect');
  await tab.getByText('would like to post for you').waitFor();
  await tab.getByLabel('Account').fill(account.username);
  await tab.getByRole('button', { name: 'Authorize' }).click();
  await says('The account is connected.');
  expect(await card().getAttribute('data-platform-id')).toBe(String(platform.id));
  expect(await card().getByText('Reconnect needed').count()).toBe(0);
  await choose('Test');
  await says(`It works: you are ${account.username} there.`);
});

it('reads in what was posted elsewhere, once; home goes back through it in order, and shows nothing twice', async () => {
  // The first import, which starts by itself, takes one page of what is there already.
  await choose('Import');
  await says('All its posts were here already.');
  const written = Array.from({ length: 45 }, (_, index) => `Post ${index}`);
  for (const status of written) town.store.post(connected.account, { status }, null);
  await choose('Import');
  await says('45 posts were read in.');
  await choose('Import');
  await says('All its posts were here already.');

  await tab.getByRole('link', { name: 'Home', exact: true }).click();
  const posts = tab.locator('[data-posts] .vf-post-text');
  const older = tab.getByRole('button', { name: 'Older' });
  for (const shown of [20, 40, 45]) {
    await posts.nth(shown - 1).waitFor();
    expect(await posts.allInnerTexts()).toEqual(written.toReversed().slice(0, shown));
    if (shown < 45) await older.click();
  }
  expect(await older.count()).toBe(0);
});

it('reads a page of older posts on demand from the instance, says what it waits for, and ends with the account', async () => {
  const written = Array.from({ length: 101 }, (_, index) => `Post ${index}`);
  const { account, token } = newAccount(town);
  for (const status of written) town.store.post(account, { status }, null);
  const { body } = await client.post<PlatformView>('/api/platforms', { instance_url: town.url, access_token: token });
  await client.post(`/api/switch_platform/${body.id}`, {});
  await tab.getByRole('link', { name: 'Home', exact: true }).click();
  const posts = tab.locator('[data-posts] .vf-post-text');
  const older = tab.getByRole('button', { name: 'Older', exact: true });
  const fromThere = tab.getByRole('button', { name: 'Older, from the instance' });
  const shows = async (count: number) => {
    await posts.nth(count - 1).waitFor();
    expect(await posts.allInnerTexts()).toEqual(written.toReversed().slice(0, count));
  };
  await shows(20);
  await older.click();
  await shows(40);

  const read = `GET /api/v1/accounts/${account.id}/statuses`;
  let release = () => {};
  town.fail(read, { until: new Promise<void>((resolve) => (release = resolve)) });
  await fromThere.click();
  await tab.getByRole('status').getByText('Reading posts from the instance…').waitFor();
  release();
  await shows(60);
  // The focus is where it goes on.
  await tab.locator('button:focus').and(older).waitFor();
  await tab.keyboard.press('Enter');
  await shows(80);

  town.fail(read, { status: 429, headers: { 'retry-after': '3' } });
  await fromThere.click();
  await tab.getByText('The instance limits the rate of requests').waitFor();
  await shows(100);
  await older.click();
  await shows(101);
  // Whether that was all is known when there is nothing more.
  await fromThere.click();
  await fromThere.waitFor({ state: 'detached' });
  await shows(101);
  expect(await older.count()).toBe(0);
});
