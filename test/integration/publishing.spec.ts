/** A queued post comes to its instance: once, to no other, whatever happens on the way. */
import type { PlatformView, PostsView, PostView } from '../../src/protocol/http';
import { BACKENDS, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { rawRequest } from '../support/raw-request';
import { startNode } from '../support/server';
import { openTab } from '../support/socket-client';
import { importEnds, named, postOf, published, write } from './support/posting';

const STATUSES = 'POST /api/v1/statuses';

describe.each(BACKENDS)('$name', (backend) => {
  let running: Running;
  let town: FakeInstance;

  beforeAll(async () => {
    town = await startInstance();
    running = await backend.start(allowed(town));
  });
  afterAll(async () => {
    await running.stop();
    await stopInstances();
  });

  async function person() {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const { platform, account, token } = await connectTo(client, town);
    const there = () => town.statuses.filter(({ accountId }) => accountId === account.id);
    return { client, platform, account, token, there };
  }

  it('publishes, and tells the author of each step', async () => {
    const { client, platform, there } = await person();
    const tab = await openTab(client.at(running.nodes.at(-1)!.url));
    const post = await write(client, platform, 'Hello, see https://example.org/a-long-link', {
      visibility: 'unlisted',
      spoiler_text: 'greeting',
      language: 'en',
    });
    expect(post.status).toBe('queued');
    const done = await tab.waitFor('post:updated', (event) => event.post.status === 'published');
    expect(tab.of('post:updated').map((event) => event.post.status)).toEqual(['queued', 'publishing', 'published']);
    expect(there()).toHaveLength(1);
    const [status] = there();
    expect(status).toMatchObject({
      text: 'Hello, see https://example.org/a-long-link',
      spoilerText: 'greeting',
      visibility: 'unlisted',
      language: 'en',
      // Random: another installation's key must never be the same.
      idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(done.post.url).toBe(`${town.url}/@${status!.username}/${status!.id}`);
    expect(await postOf(client, platform, post.id)).toEqual(done.post);
    tab.close();
  });

  it.each(['before', 'after'] as const)('posts once when the line is cut %s the instance has taken it', async (cut) => {
    const { client, platform, there } = await person();
    town.fail(STATUSES, { cut });
    const post = await write(client, platform, `Cut ${cut}: @someone@example.org & "quotes" https://example.org/x?y=1`);
    const { url } = await published(client, platform, post.id);
    expect(there()).toHaveLength(1);
    expect(url).toContain(there()[0]!.id);
  });

  it('looks before it sends again, also where the instance does not know such keys', async () => {
    const { client, platform, there } = await person();
    // The same text twice is two posts; one lost answer makes no third.
    const first = await write(client, platform, 'Twice');
    await published(client, platform, first.id);
    town.fail(STATUSES, { cut: 'after' });
    const sent = town.count(STATUSES);
    const second = await write(client, platform, 'Twice');
    await published(client, platform, second.id);
    expect(there()).toHaveLength(2);
    // Found by looking: it was not sent a second time.
    expect(town.count(STATUSES) - sent).toBe(1);
    const urls = [first, second].map(async ({ id }) => (await postOf(client, platform, id)).url);
    expect(new Set(await Promise.all(urls)).size).toBe(2);
  });

  it('waits as long as the instance asks it to, and through its faults', async () => {
    const { client, platform, there } = await person();
    town.fail(STATUSES, { status: 429, headers: { 'retry-after': '1' } });
    town.fail(STATUSES, { status: 503 });
    const post = await write(client, platform, 'Patience');
    await published(client, platform, post.id);
    expect(there()).toHaveLength(1);
  });

  it('says why the instance refused, and lets the person try again or throw it away', async () => {
    const { client, platform, there } = await person();
    const tab = await openTab(client);
    town.fail(STATUSES, { status: 422, body: { error: 'Validation failed: no <b>spam</b>' } }, 2);
    const [one, two] = [await write(client, platform, 'one'), await write(client, platform, 'two')];
    for (const { id } of [one, two]) {
      const failed = await tab.waitFor('post:updated', ({ post }) => post.id === id && post.status === 'failed');
      expect(failed.post.error).toContain('Validation failed: no <b>spam</b>');
    }
    const retried = await client.post<PostView>(`/api/posts/${one.id}/retry`, undefined, named(platform.id));
    expect([retried.status, retried.body.status, retried.body.error]).toEqual([200, 'queued', null]);
    await published(client, platform, one.id);
    const again = await client.post(`/api/posts/${one.id}/retry`, undefined, named(platform.id));
    expect([again.status, again.body.error_code]).toEqual([409, 'POST_NOT_FAILED']);

    expect((await client.delete(`/api/posts/${two.id}`, named(platform.id))).status).toBe(204);
    await tab.waitFor('post:removed', ({ post_id }) => post_id === two.id);
    expect((await client.delete(`/api/posts/${two.id}`, named(platform.id))).status).toBe(404);
    const kept = await client.delete(`/api/posts/${one.id}`, named(platform.id));
    expect(kept.body.error_code).toBe('POST_NOT_FAILED');
    expect((await client.post(`/api/posts/${one.id}/retry`)).body.error_code).toBe('PLATFORM_ID_REQUIRED');
    expect(there().map(({ text }) => text)).toEqual(['one']);
    tab.close();
  });

  it('stops at a token that does not work any more, and says so', async () => {
    const { client, platform, token } = await person();
    const tab = await openTab(client);
    // Otherwise the import that follows the connecting may be the first to meet the refusal.
    await importEnds(client, platform);
    town.store.tokens.delete(token);
    const post = await write(client, platform, 'x');
    await tab.waitFor('platforms:changed', ({ platforms }) => platforms[0]!.needs_reconnect);
    const failed = await tab.waitFor('post:updated', (event) => event.post.status === 'failed');
    expect(failed.post).toMatchObject({ id: post.id, error: 'The account must be connected again' });
    tab.close();
  });

  it('keeps a post for an instance that is away', async () => {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const { platform, account } = await connectTo(client, town);
    await town.stop();
    const post = await write(client, platform, 'Later');
    await eventually(async () => {
      const { status, error } = await postOf(client, platform, post.id);
      expect([status, error === null]).toEqual(['queued', false]);
    });
    await town.listen();
    await published(client, platform, post.id);
    expect(town.statuses.filter(({ accountId }) => accountId === account.id)).toHaveLength(1);
  });
});

it('posts for real on a first start, to instances that show what they received', async () => {
  const node = await startNode();
  const demo = new TestClient(node.url);
  await demo.login({ username: 'demo', password: 'demo-password' });
  const { platforms } = (await demo.get<{ platforms: PlatformView[] }>('/api/user_platforms')).body;
  expect(platforms.map(({ platform_type }) => platform_type)).toEqual(['mastodon', 'pixelfed', 'mastodon']);
  const { body } = await demo.get<PostsView>('/api/posts', named(platforms[0]!.id));
  const refused = body.posts.find(({ content }) => content.includes('a long ladder'))!;
  await eventually(async () => {
    const { status, error } = await postOf(demo, platforms[0]!, refused.id);
    expect([status, error]).toEqual(['failed', expect.stringContaining('may not post for another hour')]);
  });
  const post = await write(demo, platforms[2]!, 'My first post <3');
  const { url } = await published(demo, platforms[2]!, post.id);
  expect(url).toContain(platforms[2]!.instance_url);
  expect(node.output()).toContain(platforms[2]!.instance_url);
  const pages = await Promise.all(
    platforms.map(async ({ instance_url }) => (await rawRequest(instance_url, 'GET', '/')).text),
  );
  expect(pages.map((page) => page.includes('My first post &#60;3'))).toEqual([false, false, true]);

  // The same instances, and the same connections to them, when it is started again.
  await node.stop();
  const next = await startNode({}, { cwd: node.cwd });
  const again = await write(demo.at(next.url), platforms[2]!, 'My second post');
  await published(demo.at(next.url), platforms[2]!, again.id);
  for (const { id } of platforms) {
    expect((await demo.at(next.url).post(`/api/platforms/${id}/test`)).body).toMatchObject({ ok: true });
  }
  await next.stop();
});
