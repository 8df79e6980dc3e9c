/** What an account has posted elsewhere is here too, once, and with what is still to be described. */
import type { MediaView, PlatformView, PostsView, PostView, StatisticsView } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import {
  allowed,
  connectTo,
  type FakeInstance,
  imageThere,
  newAccount,
  startInstance,
  stopInstances,
} from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { openTab } from '../support/socket-client';

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  let town: FakeInstance;
  let photos: FakeInstance;

  beforeAll(async () => {
    town = await startInstance();
    photos = await startInstance({ kind: 'pixelfed', name: 'Photos' });
    running = await backend.start(allowed(town, photos));
  });
  afterAll(async () => {
    await running.stop();
    await stopInstances();
  });

  const postsOf = async (client: TestClient) => (await client.get<PostsView>('/api/posts?limit=200')).body.posts;
  const statisticsOf = async (client: TestClient) =>
    (await client.get<StatisticsView>('/api/platform_statistics')).body;

  it('reads the latest on connecting, with images and what they lack', async () => {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const tab = await openTab(client);
    const { account, token } = newAccount(town);
    for (let index = 0; index < 45; index++) town.store.post(account, { status: `old ${index}` }, null);
    const media_ids = [imageThere(town, account.id, 'A boat'), imageThere(town, account.id, null)];
    town.store.post(
      account,
      { status: 'Two <boats> & a link\n\nhttps://example.org/a', media_ids, spoiler_text: 'cw' },
      null,
    );
    const form = { name: 'Town', platform_type: 'mastodon', instance_url: town.url, access_token: token };
    const platform = (await client.post<PlatformView>('/api/platforms', form)).body;

    await tab.waitFor('posts:imported', ({ running, platform_id }) => !running && platform_id === platform.id);
    // One event for the page, and none for each of its posts.
    expect([tab.of('posts:imported').length, tab.of('post:updated').length]).toEqual([1, 0]);
    const posts = await postsOf(client);
    expect(posts).toHaveLength(40);
    expect(posts[0]).toMatchObject({
      platform_id: platform.id,
      content: 'Two <boats> & a link\n\nhttps://example.org/a',
      spoiler_text: 'cw',
      status: 'published',
      images: [
        { alt_text: 'A boat', status: 'ready' },
        { alt_text: null, status: 'pending' },
      ],
    });
    expect(posts[1]!.content).toBe('old 44');
    expect(await statisticsOf(client)).toEqual({ total_posts: 40, total_images: 2, pending_images: 1 });

    // What is described here is described there.
    const bare = posts[0]!.images[1]!.id;
    const headers = { 'x-platform-id': String(platform.id) };
    const described = await client.patch<MediaView>(`/api/media/${bare}`, { alt_text: 'Another boat' }, { headers });
    expect(described.status).toBe(200);
    expect(town.store.media.get(media_ids[1]!)!.description).toBe('Another boat');
    expect(await statisticsOf(client)).toMatchObject({ pending_images: 0 });
    tab.close();
  });

  it('goes on from there on demand, and reads nothing twice', async () => {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const { platform, account } = await connectTo(client, town);
    const importNow = async () => (await client.post(`/api/platforms/${platform.id}/import`)).body;
    town.store.post(account, { status: 'first' }, null);
    await eventually(async () => {
      await importNow();
      expect((await postsOf(client)).map(({ content }) => content)).toEqual(['first']);
    });
    for (let index = 0; index < 95; index++) town.store.post(account, { status: `more ${index}` }, null);
    await Promise.all([importNow(), importNow()]);
    expect(await importNow()).toMatchObject({ imported: 0, running: false });
    const contents = (await postsOf(client)).map(({ content }) => content);
    expect([contents.length, new Set(contents).size, contents[0]]).toEqual([96, 96, 'more 94']);
  });

  /** Posts from elsewhere, oldest first. */
  function postThere(instance: FakeInstance, account: ReturnType<typeof newAccount>['account'], texts: string[]): void {
    for (const status of texts) {
      const media_ids = instance === photos ? [imageThere(photos, account.id, 'of it')] : [];
      instance.store.post(account, { status, media_ids }, null);
    }
  }
  const numbered = (word: string, count: number) => Array.from({ length: count }, (_, index) => `${word} ${index}`);

  it.each(['mastodon', 'pixelfed'] as const)('reads all that came since, page by page, of %s', async (kind) => {
    const instance = kind === 'pixelfed' ? photos : town;
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const { platform, account } = await connectTo(client, instance);
    const importNow = async () => (await client.post(`/api/platforms/${platform.id}/import`)).body;
    const contents = async () => (await postsOf(client)).map(({ content }) => content);
    // An account without a status when it was first read is one that has been read.
    expect(await importNow()).toMatchObject({ imported: 0, running: false });
    postThere(instance, account, numbered('first', 95));
    expect(await importNow()).toMatchObject({ imported: 95, running: false });
    expect(await contents()).toEqual(numbered('first', 95).reverse());
    // The last one that was read is gone by now, here too after the next reading.
    instance.store.statuses.splice(
      instance.statuses.findIndex(({ text }) => text === 'first 94'),
      1,
    );
    postThere(instance, account, numbered('then', 85));
    expect(await importNow()).toMatchObject({ imported: 85, running: false });
    expect((await contents()).slice(0, 85)).toEqual(numbered('then', 85).reverse());
    expect(await importNow()).toMatchObject({ imported: 0, running: false });
  });

  it('lists what is read in by when it was written, page by page, whatever its id', async () => {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const { platform, account } = await connectTo(client, town);
    const named = { headers: { 'x-platform-id': String(platform.id) } };
    // So that the first import, which starts by itself, has ended.
    await client.post(`/api/platforms/${platform.id}/import`);
    const own = (await client.post<PostView>('/api/posts', { content: 'own' }, named)).body;
    await eventually(async () => expect((await postsOf(client))[0]!.status).toBe('published'), { timeout: 20_000 });
    postThere(town, account, numbered('old', 9));
    for (const [index, status] of town.statuses.filter(({ text }) => text.startsWith('old')).entries()) {
      // In threes of the same moment, as imports of an archive are.
      if (status.accountId === account.id) status.createdAt = new Date(2020, 1, 1 + Math.floor((index % 9) / 3));
    }
    expect((await client.post(`/api/platforms/${platform.id}/import`)).body).toMatchObject({
      imported: 9,
      running: false,
    });
    const newest = ['own', ...numbered('old', 9).reverse()];
    expect((await postsOf(client)).map(({ content }) => content)).toEqual(newest);
    expect((await postsOf(client)).every(({ id }) => id >= own.id)).toBe(true);

    const read: string[] = [];
    let path: string | null = '/api/posts?limit=4';
    while (path) {
      const { posts, next_before_id }: PostsView = (await client.get<PostsView>(path)).body;
      read.push(...posts.map(({ content }) => content));
      path = next_before_id === null ? null : `/api/posts?limit=4&before_id=${next_before_id}`;
    }
    expect(read).toEqual(newest);
    expect((await client.get<PostsView>('/api/posts?before_id=1')).body).toEqual({ posts: [], next_before_id: null });
  });

  it('goes on reading where a page ended with a post that was thrown away meanwhile', async () => {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const { platform } = await connectTo(client, town);
    const named = { headers: { 'x-platform-id': String(platform.id) } };
    const write = async (content: string) => (await client.post<PostView>('/api/posts', { content }, named)).body;
    const isNow = (status: string) =>
      eventually(async () => expect((await postsOf(client))[0]!.status).toBe(status), { timeout: 20_000 });
    await write('one');
    await isNow('published');
    town.fail('POST /api/v1/statuses', { status: 422 });
    const two = await write('two');
    await isNow('failed');
    const three = await write('three');
    const read = async (before: number) =>
      (await client.get<PostsView>(`/api/posts?before_id=${before}`)).body.posts.map(({ content }) => content);
    expect((await client.delete(`/api/posts/${two.id}`, named)).status).toBe(204);
    expect(await read(two.id)).toEqual(['one']);
    expect(await read(three.id)).toEqual(['one']);
    expect(await read(three.id + 1_000_000)).toEqual(['three', 'one']);
  });

  it('does not take our own posts for new ones, while they are on their way or after', async () => {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const { platform } = await connectTo(client, town);
    const headers = { 'x-platform-id': String(platform.id) };
    let importing = true;
    const importer = (async () => {
      while (importing) await client.post(`/api/platforms/${platform.id}/import`);
    })();
    for (let index = 0; index < 20; index++) await client.post('/api/posts', { content: `own ${index}` }, { headers });
    await eventually(
      async () => {
        const posts = await postsOf(client);
        expect(posts.filter(({ status }) => status === 'published')).toHaveLength(20);
      },
      { timeout: 30_000 },
    );
    importing = false;
    await importer;
    expect((await client.post(`/api/platforms/${platform.id}/import`)).body).toMatchObject({
      imported: 0,
      running: false,
    });
    expect(await statisticsOf(client)).toMatchObject({ total_posts: 20 });
  });
});
