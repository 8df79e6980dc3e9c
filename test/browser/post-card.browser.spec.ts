/** The card of a post that was not sent: its form keeps what is written, and each of its buttons does what it says. */

import type { Browser, Locator, Page } from 'playwright-core';
import type { PostView } from '../../src/protocol/http';
import { importEnds } from '../integration/support/posting';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { Device, launchChromium } from './support/chromium';
import { contentsIn, draftsIn, savedIn } from './support/drafts';
import { expectForEverybody } from './support/looks';
import { IS_CONNECTED, until } from './support/recorder';

const STATUSES = 'POST /api/v1/statuses';

let town: FakeInstance;
let busy: FakeInstance;
let node: ServerNode;
let browser: Browser;
let client: TestClient;
let device: Device;
let connected: Awaited<ReturnType<typeof connectTo>>;

beforeAll(async () => {
  [town, busy] = await Promise.all([startInstance(), startInstance({ name: 'Busy' })]);
  [node, browser] = await Promise.all([startNode(allowed(town, busy)), launchChromium()]);
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
});

afterEach(async () => {
  await device.close();
  expect(device.complaints).toEqual([]);
});

/** A post on the platform, once it has this status. */
async function postWith(content: string, wanted: Partial<PostView>, platformId = connected.platform.id) {
  const headers = { 'x-platform-id': String(platformId), 'x-platform-pinned': 'true' };
  const { status, body } = await client.post<PostView>('/api/posts', { content }, { headers });
  expect(status).toBe(201);
  return eventually(async () => {
    const { posts } = (await client.get<{ posts: PostView[] }>('/api/posts', { headers })).body;
    const post = posts.find(({ id }) => id === body.id)!;
    expect(post).toMatchObject(wanted);
    return post;
  });
}

function failed(content: string): Promise<PostView> {
  town.fail(STATUSES, { status: 422, body: { error: 'Not today' } });
  return postWith(content, { status: 'failed' });
}

const cardOf = (page: Page, { id }: PostView): Locator => page.locator(`[data-post-id="${id}"]`);
const field = (card: Locator) => card.getByLabel('Text', { exact: true });
const warning = (card: Locator) => card.getByLabel('Content warning (optional)');
const press = (card: Locator, name: string) => card.getByRole('button', { name, exact: true }).click();
const edit = (card: Locator) => press(card, 'Edit and send again');
const shows = (card: Locator, words: string) =>
  eventually(async () => expect(await field(card).inputValue()).toBe(words));

describe('what is written in the form of a post that failed', () => {
  it('is there again after Escape, a reload and the next sign-in of the same person, until they sign out', async () => {
    const post = await failed('Unlucky');
    let page = await device.tab('/');
    let card = cardOf(page, post);
    await edit(card);
    await eventually(async () => expect(await page.evaluate('document.activeElement.name')).toBe('content'));
    expect(await field(card).inputValue()).toBe('Unlucky');
    await field(card).fill('Half a thought');
    await warning(card).fill('Careful');
    await card.getByLabel('Who can see it').selectOption('private');
    await field(card).press('Escape');
    await eventually(async () => expect(await page.evaluate('document.activeElement.name')).toBe('edit'));
    await edit(card);
    await shows(card, 'Half a thought');
    await page.reload();
    await until(page, IS_CONNECTED);
    await edit(card);
    await shows(card, 'Half a thought');
    await expectForEverybody(page);

    const other = client.device();
    await other.login();
    expect((await other.post('/api/sessions/end_others', {})).status).toBe(200);
    await page.waitForURL('**/login?reason=revoked&draft=kept');
    await client.login();
    await device.useSessionOf(client);
    page = await device.tab('/');
    card = cardOf(page, post);
    await edit(card);
    await shows(card, 'Half a thought');
    expect(await warning(card).inputValue()).toBe('Careful');
    expect(await card.getByLabel('Who can see it').inputValue()).toBe('private');

    await page.evaluate('window.sessionSync.logout()');
    await page.waitForURL('**/login?reason=logout');
    await eventually(async () => expect(await draftsIn(page)).toEqual([]));
  });

  it('is shown for this post only: not in the composer, nor to another person in the same browser', async () => {
    const [post, next] = [await failed('Unlucky'), await failed('Unlucky as well')];
    const page = await device.tab('/');
    await edit(cardOf(page, post));
    await field(cardOf(page, post)).fill('Half a thought');
    await savedIn(page, 'Half a thought');
    await edit(cardOf(page, next));
    expect(await field(cardOf(page, next)).inputValue()).toBe('Unlucky as well');
    const composer = await device.tab('/create_post');
    await composer.getByText('500 characters remaining').waitFor();
    expect(await composer.getByText('more draft').count()).toBe(0);
    await composer.getByRole('button', { name: /Active platform/ }).click();
    await composer.getByRole('option', { name: 'Town' }).waitFor();
    expect(await composer.getByRole('option').getByText('Draft').count()).toBe(0);

    // What the browser of another person shows of a post with the same number.
    const stranger = new TestClient(node.url);
    await stranger.register();
    await connectTo(stranger, town);
    await device.useSessionOf(stranger);
    const theirs = await device.tab('/');
    const theirOwn = {
      ...post,
      platform_id: (await stranger.get<{ current_platform: { id: number } }>('/api/user_platforms')).body
        .current_platform.id,
    };
    await theirs.route(/\/api\/posts\?/, (route) =>
      route.fulfill({ json: { posts: [theirOwn], next_before_id: null } }),
    );
    await theirs.reload();
    await until(theirs, IS_CONNECTED);
    await edit(cardOf(theirs, post));
    await field(cardOf(theirs, post)).fill('Unlucky, says another');
    await savedIn(theirs, 'Unlucky, says another');
    expect((await contentsIn(theirs)).sort()).toEqual(['Half a thought', 'Unlucky, says another']);
  });

  it('is removed when it is sent, and when the person cancels', async () => {
    const post = await failed('Unlucky');
    const page = await device.tab('/');
    const card = cardOf(page, post);
    await edit(card);
    await field(card).fill('No');
    await savedIn(page, 'No');
    await press(card, 'Cancel');
    await eventually(async () => expect(await draftsIn(page)).toEqual([]));
    await edit(card);
    expect(await field(card).inputValue()).toBe('Unlucky');
    await field(card).fill('Nearly');
    await savedIn(page, 'Nearly');
    await press(card, 'Cancel');
    await page.locator('vf-toasts').getByRole('button', { name: 'Undo' }).last().click();
    await savedIn(page, 'Nearly');
    await edit(card);
    await shows(card, 'Nearly');
    await field(card).fill('Lucky');
    await savedIn(page, 'Lucky');
    await press(card, 'Send again');
    await card.getByText('Published').waitFor();
    await field(card).waitFor({ state: 'detached' });
    expect(town.statuses.at(-1)?.text).toBe('Lucky');
    await eventually(async () => expect(await draftsIn(page)).toEqual([]));
  });

  it('is kept where the server refuses it', async () => {
    const post = await failed('Unlucky');
    const page = await device.tab('/');
    const card = cardOf(page, post);
    await edit(card);
    await field(card).fill('x'.repeat(501));
    await press(card, 'Send again');
    await card.locator('.vf-error').getByText('501 characters; Town takes 500').waitFor();
    expect(await field(card).getAttribute('aria-invalid')).toBe('true');
    await page.locator('textarea:focus').waitFor();
    await page.reload();
    await until(page, IS_CONNECTED);
    await edit(card);
    await shows(card, 'x'.repeat(501));
  });

  it('is sent by Ctrl+Enter, once, and never by Enter in the content warning', async () => {
    const post = await failed('Unlucky');
    const page = await device.tab('/');
    const card = cardOf(page, post);
    await edit(card);
    await field(card).fill('Half a');
    const sent = town.count(STATUSES);
    await warning(card).fill('Careful');
    await warning(card).press('Enter');
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const requests: string[] = [];
    await page.route(`**/api/posts/${post.id}`, async (route) => {
      requests.push(route.request().method());
      await held;
      await route.continue();
    });
    await field(card).fill('A whole');
    await field(card).press('Control+Enter');
    await eventually(() => expect(requests).toEqual(['PUT']));
    expect(await field(card).getAttribute('readonly')).toBe('');
    await card.getByRole('button', { name: 'Send again' }).click({ force: true });
    await field(card).press('Control+Enter');
    await field(card).press('Escape');
    expect(await field(card).inputValue()).toBe('A whole');
    release();
    await card.getByText('Published').waitFor();
    await page.locator('article:focus').waitFor();
    expect([requests, town.count(STATUSES) - sent]).toEqual([['PUT'], 1]);
    expect(town.statuses.at(-1)).toMatchObject({ text: 'A whole', spoilerText: 'Careful' });
  });

  it('stays where it was written when it is discarded in a tab that only followed', async () => {
    const post = await failed('Unlucky');
    const [one, other] = [await device.tab('/'), await device.tab('/')];
    for (const page of [one, other]) await edit(cardOf(page, post));
    await field(cardOf(one, post)).fill('Of one');
    await shows(cardOf(other, post), 'Of one');
    await press(cardOf(other, post), 'Cancel');
    await field(cardOf(other, post)).waitFor({ state: 'detached' });
    await savedIn(one, 'Of one');
    expect(await field(cardOf(one, post)).inputValue()).toBe('Of one');
  });

  it('is followed by another tab where nothing was written, and both are kept where both write', async () => {
    const post = await failed('Unlucky');
    const [one, other] = [await device.tab('/'), await device.tab('/')];
    for (const page of [one, other]) await edit(cardOf(page, post));
    await field(cardOf(one, post)).fill('Of one');
    await shows(cardOf(other, post), 'Of one');
    await field(cardOf(other, post)).fill('Of the other');
    await eventually(async () => expect((await contentsIn(one)).sort()).toEqual(['Of one', 'Of the other']));
    expect(await field(cardOf(one, post)).inputValue()).toBe('Of one');
    await field(cardOf(one, post)).fill('Of one, and more');
    await savedIn(one, 'Of one, and more');
    expect(await field(cardOf(other, post)).inputValue()).toBe('Of the other');
    await other.reload();
    await until(other, IS_CONNECTED);
    await edit(cardOf(other, post));
    await shows(cardOf(other, post), 'Of one, and more');
    await cardOf(other, post).getByText('One more draft').click();
    await cardOf(other, post)
      .getByRole('button', { name: /^Of the other/ })
      .click();
    await shows(cardOf(other, post), 'Of the other');
  });
});

it('says when a post that waits is tried next', async () => {
  const { platform } = await connectTo(client, busy, 'Busy');
  expect((await client.post(`/api/switch_platform/${platform.id}`, {})).status).toBe(200);
  busy.fail(STATUSES, { status: 429, headers: { 'retry-after': '290' } });
  const post = await postWith('Patience', { status: 'queued', error: expect.any(String) }, platform.id);
  const page = await device.tab('/');
  const next = cardOf(page, post).getByText('next try').locator('time');
  expect(await next.getAttribute('datetime')).toBe(post.next_attempt_at);
  expect(await next.innerText()).toBe('in 5 minutes');
  expect(await cardOf(page, post).getByText('Waiting to be sent').count()).toBe(1);
});

it('connects an account again that no longer takes the token, and then sends the post', async () => {
  const { account, platform, token } = connected;
  await importEnds(client, platform);
  town.store.tokens.delete(token);
  const post = await postWith('Late', { status: 'failed' });
  const page = await device.tab('/');
  const card = cardOf(page, post);
  await card.getByRole('button', { name: 'Reconnect Town' }).waitFor();
  expect(await card.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await press(card, 'Reconnect Town');
  await page.getByText('would like to post for you').waitFor();
  await page.getByLabel('Account').fill(account.username);
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.getByText('The account is connected.').waitFor();
  await page.goto(node.url);
  expect(await card.getByRole('button', { name: /^Reconnect/ }).count()).toBe(0);
  await press(card, 'Try again');
  await card.getByText('Published').waitFor();
});

describe('a post that is discarded', () => {
  const exists = async (post: PostView) => {
    const headers = { 'x-platform-id': String(post.platform_id), 'x-platform-pinned': 'true' };
    return (await client.get<{ posts: PostView[] }>('/api/posts', { headers })).body.posts.some(
      ({ id }) => id === post.id,
    );
  };

  it.each([
    ['goes to another page', (page: Page) => page.goto(`${node.url}/devices`)],
    ['closes the tab', (page: Page) => page.close({ runBeforeUnload: true })],
  ])('is removed at once when the person %s before the time for an undo is over', async (_, leave) => {
    const post = await failed('Unlucky');
    const page = await device.tab('/');
    await press(cardOf(page, post), 'Discard');
    await cardOf(page, post).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    expect(await exists(post)).toBe(true);
    await leave(page);
    // The page that counts the time for an undo is gone.
    await eventually(async () => expect(await exists(post)).toBe(false));
  });

  it('is not removed when that was undone before the person leaves', async () => {
    const post = await failed('Unlucky');
    const page = await device.tab('/');
    const removals: string[] = [];
    page.on('request', (request) => request.method() === 'DELETE' && removals.push(request.url()));
    await press(cardOf(page, post), 'Discard');
    await page.getByRole('button', { name: 'Undo' }).click();
    await cardOf(page, post).waitFor();
    await page.goto(`${node.url}/devices`);
    await until(page, IS_CONNECTED);
    expect([removals, await exists(post)]).toEqual([[], true]);
  });

  it('leaves no draft of its form behind', async () => {
    const post = await failed('Unlucky');
    const page = await device.tab('/');
    const card = cardOf(page, post);
    await edit(card);
    await field(card).fill('Half a thought');
    await savedIn(page, 'Half a thought');
    await field(card).press('Escape');
    await press(card, 'Discard');
    await card.waitFor({ state: 'detached', timeout: 15_000 });
    await eventually(async () => expect(await draftsIn(page)).toEqual([]));
  });
});
