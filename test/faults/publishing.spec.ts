/** Posts on their way when a node dies, or very many of them amid switches: each comes out once, at its own instance. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { PlatformView, PostsView, PostView } from '../../src/protocol/http';
import { becomes, named, picture, published, upload, write } from '../integration/support/posting';
import { BACKENDS, startCluster } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, PLENTY, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import { startNode } from '../support/server';

const POSTS = FULL ? 1000 : 60;
const PLATFORMS = 5;
const WRITERS = 10;

const STATUSES = 'POST /api/v1/statuses';
const MEDIA = 'POST /api/v2/media';
const never = () => ({ until: new Promise(() => {}) });
const MEGABYTE = 1024 * 1024;

/** Of a process, as Linux counts it; `now` begins the count of the most anew. */
function residentBytes(pid: number, when: 'now' | 'at most'): number {
  if (when === 'now') writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${when === 'now' ? 'VmRSS' : 'VmHWM'}:\\s+(\\d+)`).exec(status)![1]) * 1024;
}

afterEach(stopInstances);

async function person(url: string, instance: FakeInstance) {
  const client = new TestClient(url);
  await client.register();
  const { platform, account } = await connectTo(client, instance);
  const writeOne = async (content: string, withImage: boolean): Promise<PostView> => {
    if (!withImage) return write(client, platform, content);
    const bytes = picture();
    const { status, body } = await upload(client, platform, bytes, `of ${content}`);
    expect([status, body]).toEqual([201, expect.anything()]);
    return write(client, platform, content, { media_ids: [body.id] });
  };
  const there = () => instance.statuses.filter(({ accountId }) => accountId === account.id);
  return { client, platform, there, writeOne };
}

it('posts once when its worker is killed and restarted', async () => {
  const town = await startInstance();
  const node = await startNode(allowed(town));
  const { client, platform, writeOne, there } = await person(node.url, town);
  // The instance accepts the post, but its response never arrives.
  town.fail(STATUSES, never());
  const post = await writeOne('Survivor', false);
  await eventually(() => there().length === 1);
  await node.kill();
  const next = await startNode(allowed(town), { cwd: node.cwd });
  await published(client.at(next.url), platform, post.id, 40_000);
  expect(there().map(({ text }) => text)).toEqual(['Survivor']);
  await next.stop();
});

it('posts once, at whatever step the publishing node was killed', async () => {
  const town = await startInstance();
  const photos = await startInstance({ kind: 'pixelfed', name: 'Photos' });
  // Alone at first, so that no other node claims a post.
  const { nodes, join, stop } = await startCluster(1, allowed(town, photos));
  const holder = nodes[0]!;
  const people = [
    { at: 'the answer to the post', ...(await person(holder.url, town)), withImage: false },
    { at: 'the upload', ...(await person(holder.url, town)), withImage: true },
    {
      at: 'the answer to the post, at an instance without keys',
      ...(await person(holder.url, photos)),
      withImage: true,
    },
  ];
  for (const [instance, route] of [
    [town, STATUSES],
    [town, MEDIA],
    [photos, STATUSES],
  ] as const)
    instance.fail(route, never());
  const posts: PostView[] = [];
  for (const { at, writeOne, withImage } of people) posts.push(await writeOne(at, withImage));
  for (const [index, { client, platform }] of people.entries()) {
    await becomes(client, platform, posts[index]!.id, { status: 'publishing' });
  }
  await eventually(() => expect([town.count(STATUSES), town.count(MEDIA), photos.count(STATUSES)]).toEqual([1, 1, 1]));
  const other = await join();
  await holder.kill();
  for (const [index, { at, client, platform, there }] of people.entries()) {
    const { url } = await published(client.at(other.url), platform, posts[index]!.id, 40_000);
    expect(there().map(({ text }) => text)).toEqual([at]);
    expect(url).toContain(there()[0]!.id);
  }
  // Already published posts were found, and not sent again.
  expect([town.count(STATUSES), photos.count(STATUSES)]).toEqual([2, 1]);
  await stop();
});

it('holds no file whole in memory while eight of 16 MB go out at once', async () => {
  const towns: FakeInstance[] = [];
  // No more than two go to one instance at a time.
  for (let index = 0; index < 4; index++) towns.push(await startInstance({ rateLimits: PLENTY }));
  const node = await startNode(allowed(...towns));
  const file = Buffer.concat([picture(), Buffer.alloc(16 * MEGABYTE - 100)]);
  const posts: [TestClient, PlatformView, number][] = [];
  // And no more than four of one person.
  for (const client of [new TestClient(node.url), new TestClient(node.url)]) {
    await client.register();
    for (const town of towns) {
      const { platform } = await connectTo(client, town, `Account ${posts.length}`);
      const { status, body } = await upload(client, platform, file, 'of it');
      expect(status).toBe(201);
      posts.push([client, platform, body.id]);
    }
  }
  let release = () => {};
  const all = new Promise<void>((resolve) => (release = resolve));
  for (const town of towns) town.fail(MEDIA, { until: all }, 2);
  const before = residentBytes(node.pid, 'now');
  const written: [TestClient, PlatformView, PostView][] = [];
  for (const [client, platform, id] of posts) {
    written.push([client, platform, await write(client, platform, 'x', { media_ids: [id] })]);
  }
  // All eight are on their way: each has been sent, and none has been answered.
  await eventually(() => expect(towns.map((town) => town.count(MEDIA))).toEqual([2, 2, 2, 2]), { timeout: 60_000 });
  const most = residentBytes(node.pid, 'at most') - before;
  release();
  for (const [client, platform, { id }] of written) await published(client, platform, id);
  process.stdout.write(`Eight files of 16 MB on their way took ${(most / MEGABYTE).toFixed(0)} MB\n`);
  expect(most).toBeLessThan(64 * MEGABYTE);
  await node.stop();
}, 120_000);

describe.each(BACKENDS)('$name', (backend) => {
  it(`publishes ${POSTS} posts, written amid switches, each to its own of five platforms`, async () => {
    const towns: FakeInstance[] = [];
    for (let index = 0; index < PLATFORMS; index++) {
      towns.push(await startInstance({ name: `Town ${index}`, rateLimits: PLENTY }));
    }
    const { nodes, stop } = await backend.start(allowed(...towns));
    const client = new TestClient(nodes[0]!.url);
    await client.register();
    const platforms: PlatformView[] = [];
    for (const town of towns) platforms.push((await connectTo(client, town, town.store.options.name)).platform);
    const clients = nodes.map(({ url }) => client.at(url));
    const at = (number: number) => clients[number % clients.length]!;

    const expected: string[][] = platforms.map(() => []);
    let written = 0;
    let stale = 0;
    const writer = async () => {
      while (written < POSTS) {
        const number = written++;
        const which = (number * 7) % PLATFORMS;
        const content = `post ${number}`;
        const asked = await at(number).post('/api/posts', { content }, named(platforms[which]!.id));
        if (asked.status !== 201) {
          expect(asked.body.error_code).toBe('PLATFORM_CONTEXT_STALE');
          stale++;
          await write(at(number), platforms[which]!, content);
        }
        expected[which]!.push(content);
      }
    };
    let switching = true;
    let switches = 0;
    const switcher = async () => {
      while (switching) {
        const { id } = platforms[(switches * 3) % PLATFORMS]!;
        expect((await at(++switches).post(`/api/switch_platform/${id}`)).status).toBe(200);
      }
    };
    const from = performance.now();
    const going = switcher();
    await Promise.all(Array.from({ length: WRITERS }, writer));
    const wrote = performance.now() - from;
    const rows = async () => (await Promise.all(platforms.map((platform) => allPosts(client, platform)))).flat();
    await eventually(
      () => expect(towns.reduce((sum, { statuses }) => sum + statuses.length, 0)).toBeGreaterThanOrEqual(POSTS),
      { timeout: 240_000, interval: 200 },
    );
    await eventually(async () => expect((await rows()).filter(({ status }) => status !== 'published')).toEqual([]), {
      timeout: 60_000,
      interval: 500,
    });
    const took = performance.now() - from;
    switching = false;
    await going;

    const all = await rows();
    expect([all.length, new Set(all.map(({ url }) => url)).size]).toEqual([POSTS, POSTS]);
    for (const [which, town] of towns.entries()) {
      const own = all.filter(({ platform_id }) => platform_id === platforms[which]!.id);
      for (const texts of [town.statuses.map(({ text }) => text), own.map(({ content }) => content)]) {
        expect(texts.sort()).toEqual(expected[which]!.sort());
      }
      expect(own.every(({ url }) => url!.startsWith(town.url))).toBe(true);
      // None was sent twice.
      expect(town.count(STATUSES)).toBe(own.length);
    }
    const [writing, whole] = [wrote, took].map((ms) => (ms / 1000).toFixed(1));
    process.stdout.write(
      `${backend.name}: ${POSTS} posts, ${switches} switches, ${stale} posts refused as stale and sent again; ` +
        `written within ${writing} s, all out after ${whole} s\n`,
    );
    await stop();
  }, 330_000);
});

async function allPosts(client: TestClient, { id }: PlatformView): Promise<PostView[]> {
  const all: PostView[] = [];
  let before = '';
  do {
    const { body } = await client.get<PostsView>(`/api/posts?limit=200${before}`, named(id, true));
    all.push(...body.posts);
    before = body.next_before_id === null ? '' : `&before_id=${body.next_before_id}`;
  } while (before);
  return all;
}
