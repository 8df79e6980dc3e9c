/** The whole life of a connection in the browser, at two kinds of server: from signing in there to being removed. */
import type { Browser, Page } from 'playwright-core';
import type { FakeKind } from '../../tools/fake-instance/fake-profiles';
import { eventually } from '../support/eventually';
import { allowed, type FakeInstance, imageThere, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';
import { post, text } from './support/composing';
import { picture } from './support/pictures';

const KINDS: FakeKind[] = ['mastodon', 'pixelfed'];
const instances = new Map<FakeKind, FakeInstance>();
let node: ServerNode;
let browser: Browser;
let device: Device;
let tab: Page;

beforeAll(async () => {
  for (const kind of KINDS) instances.set(kind, await startInstance({ kind, name: kind }));
  [node, browser] = await Promise.all([startNode(allowed(...instances.values())), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await node?.stop();
  await stopInstances();
});

beforeEach(async () => {
  const client = new TestClient(node.url);
  await client.register();
  device = await Device.open(browser, node.url, client);
  tab = await device.tab('/platforms');
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

it.each(KINDS)(
  'connects, reads, posts two images, describes one, is revoked, connects again and is removed: %s',
  async (kind) => {
    const instance = instances.get(kind)!;
    const account = instance.store.account('ada');
    const name = `@ada@${instance.host}`;
    const tokens = () => [...instance.store.tokens].filter(([, token]) => token.account.id === account.id);
    const own = () => instance.statuses.filter(({ accountId }) => accountId === account.id);
    const elsewhere = (status: string) =>
      instance.store.post(account, { status, media_ids: [imageThere(instance, account.id, 'of it')] }, null);
    const says = (words: string | RegExp) => tab.getByRole('status').getByText(words).waitFor();
    const open = (page: string) => tab.getByRole('link', { name: page, exact: true }).first().click();
    const card = tab.locator('[data-platforms] > li');
    const choose = async (action: string) => {
      await card.getByRole('button', { name: `More for ${name}` }).click();
      await card.getByRole('button', { name: `${action} ${name}` }).click();
    };
    const authorize = async () => {
      await tab.getByText('would like to post for you').waitFor();
      await tab.getByLabel('Account').fill('ada');
      await tab.getByRole('button', { name: 'Authorize' }).click();
      await says('The account is connected.');
    };

    await tab.getByLabel('Address').fill(`@ada@${instance.host}`);
    await tab.getByRole('button', { name: 'Sign in there' }).click();
    await authorize();
    await card.getByText(kind === 'pixelfed' ? 'Pixelfed' : 'Mastodon').waitFor();
    elsewhere('from elsewhere');
    elsewhere('and one more');
    await choose('Import');
    // What the import after the sign-in has found already is not counted again.
    await says(/read in\.|here already\./);

    await open('Write');
    await tab.getByText(`Posting as ${name}`).waitFor();
    await tab.locator('input[type="file"]').setInputFiles([picture('boat.png'), picture('bridge.png')]);
    await tab.getByLabel('Description of boat.png').fill('A boat');
    await tab.getByLabel('Description of bridge.png').fill('A bridge');
    await text(tab).fill('Two images');
    await eventually(async () => expect(await tab.locator('[data-state="ready"]').count()).toBe(2));
    await post(tab).click();
    await tab.getByRole('region', { name: 'Just sent' }).getByText('Published').waitFor();

    await open('Home');
    const posts = tab.locator('[data-posts] .vf-post-text');
    await posts.nth(2).waitFor();
    expect(await posts.allInnerTexts()).toEqual(['Two images', 'and one more', 'from elsewhere']);
    await tab.getByRole('button', { name: 'Change the description A boat' }).click();
    await tab.getByLabel('Description of the image').fill('A boat at dawn');
    await tab.getByRole('button', { name: 'Save', exact: true }).click();
    await says('The description was saved.');
    const described = [{ description: 'A boat at dawn' }, { description: 'A bridge' }];
    expect(own().at(-1)).toMatchObject({ text: 'Two images', media: described });

    instance.store.tokens.delete(tokens()[0]![0]);
    await open('Platforms');
    await choose('Test');
    await card.getByText('Reconnect needed').waitFor();
    await card.getByRole('button', { name: 'Reconnect' }).click();
    await authorize();
    await card.first().waitFor();
    expect([await card.count(), await card.getByText('Reconnect needed').count()]).toEqual([1, 0]);
    await choose('Test');
    await says('It works: you are ada there.');
    await choose('Import');
    await says('All its posts were here already.');
    expect([own().length, tokens().length]).toEqual([3, 1]);

    await choose('Remove');
    await tab.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await tab.getByText('No platform is connected yet.').waitFor();
    expect(tokens()).toEqual([]);
  },
);
