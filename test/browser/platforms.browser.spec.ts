/** What can be done with an account that is connected: asked, read from, and connected again. */
import type { Browser, Page } from 'playwright-core';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';

let town: FakeInstance;
let node: ServerNode;
let browser: Browser;
let device: Device;
let tab: Page;
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
  const client = new TestClient(node.url);
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
