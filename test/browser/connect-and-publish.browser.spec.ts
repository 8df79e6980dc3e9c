/** The whole way of a person: from no account at all to a post that their instance shows. */
import type { Browser, Page } from 'playwright-core';
import type { PlatformView, UserPlatformsView } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { allowed, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';
import { post, text } from './support/composing';
import { picture } from './support/pictures';
import { until } from './support/recorder';

const STATUSES = 'POST /api/v1/statuses';
const TOKEN = 'POST /oauth/token';
const AVATAR = 'https://files.example/ada.png';

let town: FakeInstance;
let node: ServerNode;
let browser: Browser;
let client: TestClient;
let device: Device;
let tab: Page;

beforeAll(async () => {
  town = await startInstance({ maxCharacters: 700, maxMedia: 3 });
  town.store.account('ada', 'Ada <b>L.</b>', AVATAR);
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
  device = await Device.open(browser, node.url, client);
  tab = await device.tab('/platforms');
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

const platforms = async (): Promise<PlatformView[]> =>
  (await client.get<UserPlatformsView>('/api/user_platforms')).body.platforms;
/** Codes that were exchanged for a token; an app that is asked whether it is still known has none. */
const redeemed = () => [...town.store.codes.values()].filter(({ used }) => used);

/** @returns what the instance was asked, as its sign-in page is open */
async function goThere(): Promise<URLSearchParams> {
  await tab.getByText('No platform is connected yet.').waitFor();
  await tab.getByLabel('Address').fill(town.url);
  await tab.getByRole('button', { name: 'Sign in there' }).click();
  await tab.getByText('would like to post for you').waitFor();
  const { origin, pathname, searchParams } = new URL(tab.url());
  expect([origin, pathname]).toEqual([town.url, '/oauth/authorize']);
  return searchParams;
}

/** What the person answers there. @returns the address that the instance sent them back to */
async function answer(button: 'Authorize' | 'Deny'): Promise<string> {
  const back = tab.waitForRequest((request) => request.url().includes('/platforms/callback/'));
  await tab.getByRole('button', { name: button }).click();
  const url = (await back).url();
  await tab.waitForURL(`${node.url}/platforms`);
  return url;
}

it('connects by the sign-in of the instance, writes with two pictures, and sees the post come out', async () => {
  const asked = await goThere();
  expect(Object.fromEntries(asked)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
    scope: 'read:accounts read:statuses write:media write:statuses',
  });
  await tab.getByLabel('Account').fill('ada');
  const callback = await answer('Authorize');

  // Connected, and known by its own words, which are text whatever is in them.
  await tab.getByRole('status').getByText('The account is connected.').waitFor();
  const card = tab.locator('[data-platforms] > li');
  await card.getByText(`Mastodon · Ada <b>L.</b> · @ada@${town.host}`).waitFor();
  const name = `@ada@${town.host}`;
  await card.getByRole('heading', { name }).getByText('Active').waitFor();
  expect(await card.locator('.vf-avatar').innerText()).not.toBe('');
  const [platform, ...others] = await platforms();
  expect(others).toEqual([]);
  expect(platform).toMatchObject({
    name,
    username: 'ada',
    display_name: 'Ada <b>L.</b>',
    avatar_url: AVATAR,
    max_characters: 700,
    is_default: true,
    needs_reconnect: false,
  });
  // The verifier fitted its challenge, and was no other than the one that the person was sent off with.
  expect(redeemed()).toMatchObject([{ challenge: asked.get('code_challenge'), account: { username: 'ada' } }]);

  // The way back leads in once.
  const exchanges = town.count(TOKEN);
  await tab.goto(callback);
  await tab.getByRole('alert').getByText('This sign-in was not begun here').waitFor();
  await card.waitFor();
  expect([await card.count(), (await platforms()).length, town.count(TOKEN)]).toEqual([1, 1, exchanges]);

  await tab.getByRole('link', { name: 'Write', exact: true }).click();
  await tab.getByText(`Posting as ${name}`).waitFor();
  await tab.getByText('700 characters remaining').waitFor();
  const files = [picture('sunset.png', 300_000), picture('boat.png')];
  await tab.locator('input[type="file"]').setInputFiles(files);
  await tab.getByLabel('Description of sunset.png').fill('A red sun over the sea');
  await tab.getByLabel('Description of boat.png').fill('A blue boat');
  const words = 'Two of <them> & a link https://example.org/x?y=1';
  await text(tab).fill(words);
  await tab.getByLabel('Who can see it').selectOption('unlisted');
  await eventually(async () => expect(await tab.locator('[data-state="ready"]').count()).toBe(2));

  // From here on nothing but a push tells the page.
  await tab.route('**/api/posts*', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
  let publish = () => {};
  town.fail(STATUSES, { until: new Promise<void>((resolve) => (publish = resolve)) });
  await post(tab).click();
  const sent = tab.getByRole('region', { name: 'Just sent' }).getByRole('listitem');
  await sent.getByText('Being sent').waitFor();
  publish();
  await sent.getByText('Published').waitFor();

  expect(town.statuses).toHaveLength(1);
  const [status] = town.statuses;
  expect(status).toMatchObject({ username: 'ada', text: words, visibility: 'unlisted', spoilerText: '' });
  expect(status!.media.map(({ description }) => description)).toEqual(['A red sun over the sea', 'A blue boat']);
  expect(status!.media.map(({ bytes }, index) => bytes.equals(files[index]!.buffer))).toEqual([true, true]);
  expect(town.store.media.size).toBe(2);
  const sendings = town.requests.filter(({ route }) => route === STATUSES);
  expect(sendings.map(({ headers }) => headers['idempotency-key'])).toEqual([status!.idempotencyKey]);
  expect(status!.idempotencyKey).toEqual(expect.stringMatching(/./));
  const link = sent.getByRole('link', { name: 'See it there' });
  expect(await link.getAttribute('href')).toBe(`${town.url}/@ada/${status!.id}`);
});

it('says so when the person does not let us in, and keeps nothing', async () => {
  const [tokens, codes] = [town.store.tokens.size, redeemed().length];
  const first = await goThere();
  const callback = await answer('Deny');
  await tab.getByRole('status').getByText('You declined access at the instance; no account was connected.').waitFor();
  await tab.getByText('No platform is connected yet.').waitFor();
  expect(await platforms()).toEqual([]);
  expect([town.store.tokens.size, redeemed().length]).toEqual([tokens, codes]);
  // A no is an answer too: the way back is used up by it.
  const opened = new URL(callback);
  opened.searchParams.delete('error');
  opened.searchParams.set('code', 'late');
  await tab.goto(opened.href);
  await tab.getByRole('alert').getByText('This sign-in was not begun here').waitFor();
  expect(await platforms()).toEqual([]);
  // Another try is as good as the first.
  const second = await goThere();
  for (const secret of ['state', 'code_challenge']) expect(second.get(secret)).not.toBe(first.get(secret));
  await tab.getByLabel('Account').fill('ada');
  await answer('Authorize');
  await tab.getByRole('status').getByText('The account is connected.').waitFor();
});

it('refuses a wrong token at its field, and stores nothing', async () => {
  await tab.getByRole('button', { name: 'I have an access token' }).click();
  await tab.getByLabel('Address').fill(town.url);
  await tab.getByLabel('Access token').fill('copied-from-somewhere');
  await tab.getByRole('button', { name: 'Connect', exact: true }).click();
  const refusal = tab.locator('#access_token-error');
  await refusal.getByText(`${new URL(town.url).host} does not accept this access token`).waitFor();
  await until(tab, "document.activeElement.id === 'access_token'");
  expect([await tab.locator('app-connect-form .note').count(), await tab.locator('.vf-toast').count()]).toEqual([0, 0]);
  await tab.getByText('No platform is connected yet.').waitFor();
  expect(await platforms()).toEqual([]);
});
