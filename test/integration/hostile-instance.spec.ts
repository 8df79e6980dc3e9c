/** An instance that means ill, or is out of its mind: it costs a little, and gets nowhere. */
import type { ImportView, PlatformTestView, PlatformView, PostsView, StatisticsView } from '../../src/protocol/http';
import { type Running, startCluster } from '../support/backends';
import { connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { Listener } from './support/listener';
import { importEnds, named, postsOf } from './support/posting';

let running: Running;
let town: FakeInstance;
let elsewhere: Listener;
let client: TestClient;
let platform: PlatformView;
let route: string;
/** What the next questions for the account's statuses are answered with. */
let say: (statuses: object[], times?: number, headers?: Record<string, string>) => void;

beforeAll(async () => {
  town = await startInstance();
  elsewhere = await Listener.plain();
  running = await startCluster(1, { ALLOW_PRIVATE_INSTANCES: `${town.host},${elsewhere.hostAndPort}` });
});
afterAll(async () => {
  await running.stop();
  await elsewhere.close();
  await stopInstances();
});

/** An account whose statuses have been read: there are none. */
beforeEach(async () => {
  client = new TestClient(running.nodes[0]!.url);
  await client.register();
  const connected = await connectTo(client, town);
  platform = connected.platform;
  route = `GET /api/v1/accounts/${connected.account.id}/statuses`;
  say = (body, times = 1, headers) => town.fail(route, { status: 200, body, headers }, times);
  expect(await importNow()).toMatchObject({ status: 200, body: { imported: 0, running: false } });
});

const importNow = () => client.post<ImportView>(`/api/platforms/${platform.id}/import`);
const status = (id: number, more = {}) => ({
  id: String(id),
  created_at: '2026-01-02T03:04:05.000Z',
  content: `<p>status ${id}</p>`,
  ...more,
});
const newestFirst = (count: number) => Array.from({ length: count }, (_, index) => status(count - index));

it('gives what it likes: it is believed some, also when it gives the same page for ever', async () => {
  const asked = town.requests.length;
  say(newestFirst(5000), 200);
  expect((await importNow()).body).toMatchObject({ imported: 400, running: false });
  expect((await importNow()).body).toMatchObject({ imported: 0, running: false });
  expect(town.requests.length - asked).toBeLessThanOrEqual(4);
  expect(await postsOf(client, platform)).toHaveLength(200);
  town.heal();
});

it.each([
  ['reblogs', { reblog: status(1) }],
  ['statuses that cannot be read', { created_at: 'yesterday' }],
])(
  'gives pages of %s without end: a reading ends, and the next one looks further than usual',
  async (_, more) => {
    // An account whose last reading failed is read without regard to how much of it is known.
    town.fail(route, { status: 422 });
    expect((await importNow()).status).not.toBe(200);
    const pages = (count: number) => {
      for (let index = 0; index < count; index++) say([status(10_000 - index, more)]);
    };
    pages(600);
    const before = town.count(route);
    await importNow();
    await importEnds(client, platform);
    expect(town.count(route) - before).toBe(500);
    town.heal();
    pages(30);
    say([status(1)]);
    expect((await importNow()).body).toMatchObject({ imported: 1, running: false });
  },
  60_000,
);

it('gives a status twice, and it is here once', async () => {
  say([status(2), status(2), status(1), status(2)]);
  expect((await importNow()).body).toMatchObject({ imported: 2 });
});

it.each(['+275760-09-12T00:00:00.000Z', '-000001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', 'yesterday', 7, null])(
  'dates a status %p: that one is left out and counted, and the rest comes in',
  async (created_at) => {
    say([status(2), status(1, { created_at })]);
    expect(await importNow()).toMatchObject({ status: 200, body: { imported: 1, left_out: 1, running: false } });
  },
);

it('shows more images than anybody could, and is believed some', async () => {
  const media_attachments = Array.from({ length: 5000 }, (_, id) => ({ id: String(id), type: 'image' }));
  say([status(1, { media_attachments })]);
  expect((await importNow()).body).toMatchObject({ imported: 1 });
  const { body } = await client.get<StatisticsView>('/api/platform_statistics', named(platform.id, true));
  expect(body.total_images).toBe(40);
});

it('points to a page elsewhere, which nobody asks for', async () => {
  const link = ['next', 'prev'].map((rel) => `<${elsewhere.url}/statuses>; rel="${rel}"`).join(', ');
  say([status(1)], 1, { link });
  expect((await importNow()).body).toMatchObject({ imported: 1 });
  expect(elsewhere.hits).toEqual([]);
});

it('writes mark-up that is hard to read or would do something: it is text at once', async () => {
  const script = '<script>alert(1)</script><img src=x onerror=alert(2)>&lt;b&gt; stays &amp;lt;text';
  say([status(2, { content: '<'.repeat(200_000) }), status(1, { content: script, url: 'javascript:alert(3)' })]);
  const importing = importNow();
  const started = performance.now();
  let slowest = 0;
  let done = false;
  const imported = importing.finally(() => {
    done = true;
  });
  while (!done) {
    const before = performance.now();
    expect((await client.get('/health/live')).status).toBe(200);
    slowest = Math.max(slowest, performance.now() - before);
  }
  expect((await imported).body).toMatchObject({ imported: 2 });
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(slowest).toBeLessThan(3000);
  const { posts } = (await client.get<PostsView>('/api/posts', named(platform.id, true))).body;
  expect(posts.find(({ content }) => content.includes('stays'))).toMatchObject({
    content: 'alert(1)<b> stays &lt;text',
    url: null,
  });
});

it('shows a face from anywhere, which neither the server nor the page goes to fetch', async () => {
  const account = town.store.account(platform.username!);
  account.avatarUrl = 'javascript:alert(1)';
  const test = async () => (await client.post<PlatformTestView>(`/api/platforms/${platform.id}/test`)).body;
  expect((await test()).platform.avatar_url).toBeNull();
  account.avatarUrl = `${elsewhere.url}/face.png`;
  expect((await test()).platform.avatar_url).toBe(account.avatarUrl);
  for (const page of ['/', '/platforms', '/create_post']) {
    const { headers } = await client.get(page, { headers: { accept: 'text/html' } });
    expect(headers['content-security-policy']).toMatch(/img-src 'self' data: blob:(;|$)/);
  }
  expect(elsewhere.hits).toEqual([]);
});
