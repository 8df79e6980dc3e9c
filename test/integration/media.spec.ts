/** Files from the browser to the instance, with their descriptions. */
import { randomBytes } from 'node:crypto';
import type { MediaView, PlatformView, PostsView, PostView, StatisticsView } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { openTab } from '../support/socket-client';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const picture = (size: number): Buffer => Buffer.concat([PNG, randomBytes(size - PNG.length)]);
const named = (id: number) => ({ 'x-platform-id': String(id), 'x-platform-pinned': 'true' });

async function upload(client: TestClient, platform: PlatformView, bytes: Buffer, altText?: string, field = 'file') {
  const form = new FormData();
  form.set(field, new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'a.png');
  if (altText !== undefined) form.set('alt_text', altText);
  const encoded = new Response(form);
  const headers = { ...named(platform.id), 'content-type': encoded.headers.get('content-type')! };
  const body = Buffer.from(await encoded.arrayBuffer());
  return client.request<MediaView & { error_code: string; details: { field: string; limit?: number }[] }>(
    'POST',
    '/api/media',
    { body, headers },
  );
}

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  let town: FakeInstance;
  let photos: FakeInstance;

  beforeAll(async () => {
    town = await startInstance({ imageSize: 3_000_000, maxMedia: 3 });
    photos = await startInstance({ kind: 'pixelfed', name: 'Photos', imageSize: 40_000_000, maxMedia: 20 });
    running = await backend.start(allowed(town, photos));
  });
  afterAll(async () => {
    await running.stop();
    await stopInstances();
  });

  async function person(instance = town) {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const { platform, account, token } = await connectTo(client, instance);
    const there = () => instance.statuses.filter(({ accountId }) => accountId === account.id);
    const postNow = async (form: object) => {
      const answer = await client.post<PostView>('/api/posts', form, { headers: named(platform.id) });
      expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
      return eventually(
        async () => {
          const { posts } = (await client.get<PostsView>('/api/posts')).body;
          const post = posts.find(({ id }) => id === answer.body.id)!;
          expect(post.status).toBe('published');
          return post;
        },
        { timeout: 20_000 },
      );
    };
    return { client, platform, token, there, postNow };
  }

  it('publishes a post with two images and their descriptions, byte for byte', async () => {
    const { client, platform, there, postNow } = await person();
    const files = [picture(2_345_678), picture(61_440)];
    const one = await upload(client.at(running.nodes.at(-1)!.url), platform, files[0]!, 'A red boat');
    expect([one.status, one.body]).toEqual([
      201,
      {
        id: expect.any(Number),
        alt_text: 'A red boat',
        status: 'ready',
        platform_id: platform.id,
        has_picture: true,
        mime_type: 'image/png',
        size: 2_345_678,
      },
    ]);
    const two = await upload(client, platform, files[1]!);
    expect(two.body).toMatchObject({ alt_text: null, status: 'pending' });
    const described = await client.patch<MediaView>(
      `/api/media/${two.body.id}`,
      { alt_text: 'A blue boat' },
      { headers: named(platform.id) },
    );
    expect(described.body).toMatchObject({ alt_text: 'A blue boat', status: 'ready' });
    const statistics = async () => (await client.get<StatisticsView>('/api/platform_statistics')).body;
    expect(await statistics()).toEqual({ total_posts: 0, total_images: 0, pending_images: 0 });

    const post = await postNow({ content: 'Boats', media_ids: [one.body.id, two.body.id] });
    expect(post.images.map(({ alt_text }) => alt_text)).toEqual(['A red boat', 'A blue boat']);
    const [status] = there();
    expect(status!.media.map(({ description }) => description)).toEqual(['A red boat', 'A blue boat']);
    expect(status!.media.every(({ bytes }, index) => bytes.equals(files[index]!))).toBe(true);
    expect(await statistics()).toEqual({ total_posts: 1, total_images: 2, pending_images: 0 });
  });

  it('keeps the order that the post names, whichever image was uploaded first', async () => {
    const { client, platform, there, postNow } = await person();
    const [first, second, third] = [
      (await upload(client, platform, picture(100), 'uploaded first')).body.id,
      (await upload(client, platform, picture(100), 'uploaded second')).body.id,
      (await upload(client, platform, picture(100), 'uploaded third')).body.id,
    ];
    const post = await postNow({ content: 'x', media_ids: [third, first, second] });
    const order = ['uploaded third', 'uploaded first', 'uploaded second'];
    expect(post.images.map(({ alt_text }) => alt_text)).toEqual(order);
    expect(there()[0]!.media.map(({ description }) => description)).toEqual(order);
    // An edit of one of them leaves them where they are.
    await client.patch(`/api/media/${third}`, { alt_text: 'new' }, { headers: named(platform.id) });
    expect(there()[0]!.media.map(({ description }) => description)).toEqual(['new', ...order.slice(1)]);
    const { id: fourth } = (await upload(client, platform, picture(100), 'x')).body;
    const twice = { content: 'x', media_ids: [fourth, fourth] };
    const refused = await client.post('/api/posts', twice, { headers: named(platform.id) });
    expect(refused.body.error_code).toBe('VALIDATION_ERROR');
  });

  it('edits the description of what is out, and keeps all else', async () => {
    const { client, platform, there, postNow } = await person();
    const ids = [
      (await upload(client, platform, picture(100), 'one')).body.id,
      (await upload(client, platform, picture(100))).body.id,
    ];
    const content = 'Text with <angles> & a link https://example.org/a';
    const post = await postNow({ content, spoiler_text: 'cw', media_ids: ids });
    const edited = await client.patch<MediaView>(
      `/api/media/${ids[1]}`,
      { alt_text: 'two' },
      { headers: named(platform.id) },
    );
    expect([edited.status, edited.body.alt_text]).toEqual([200, 'two']);
    expect(there()).toHaveLength(1);
    expect(there()[0]).toMatchObject({
      text: content,
      spoilerText: 'cw',
      media: [{ description: 'one' }, { description: 'two' }],
    });
    town.fail(`GET /api/v1/statuses/${there()[0]!.id}/source`, { status: 500 });
    const away = await client.patch(`/api/media/${ids[1]}`, { alt_text: 'three' }, { headers: named(platform.id) });
    expect(away.body.error_code).toBe('PLATFORM_UNREACHABLE');
    const { posts } = (await client.get<PostsView>('/api/posts')).body;
    expect(posts.find(({ id }) => id === post.id)!.images.map(({ alt_text }) => alt_text)).toEqual(['one', 'two']);
  });

  it('gives Pixelfed what it wants: at least one image, and as many as it says', async () => {
    const { client, platform, there, postNow } = await person(photos);
    const bare = await client.post('/api/posts', { content: 'x' }, { headers: named(platform.id) });
    expect(bare.body).toMatchObject({ error_code: 'VALIDATION_ERROR', details: [{ field: 'media_ids' }] });
    const words = Array.from({ length: 17 }, (_, index) => `image ${index}`);
    const ids: number[] = [];
    for (const each of words) ids.push((await upload(client, platform, picture(500), each)).body.id);
    await postNow({ content: '', media_ids: ids });
    await client.patch(`/api/media/${ids[0]}`, { alt_text: 'second' }, { headers: named(platform.id) });
    expect(there()[0]!.media.map(({ description }) => description)).toEqual(['second', ...words.slice(1)]);
  });

  it.each(['mastodon', 'pixelfed'])(
    'says so where the words of a published image meet a refused token: %s',
    async (kind) => {
      const instance = kind === 'mastodon' ? town : photos;
      const { client, platform, token, there, postNow } = await person(instance);
      const { id } = (await upload(client, platform, picture(100), 'old')).body;
      await postNow({ content: 'x', media_ids: [id] });
      const tab = await openTab(client.at(running.nodes.at(-1)!.url));
      instance.store.tokens.delete(token);
      const refused = await client.patch(`/api/media/${id}`, { alt_text: 'new' }, { headers: named(platform.id) });
      expect([refused.status, refused.body.error_code]).toEqual([502, 'PLATFORM_REJECTED']);
      const told = await tab.waitFor('platforms:changed', ({ platforms }) => platforms[0]!.needs_reconnect);
      expect(told.platforms[0]!.reconnect_reason).toBe('The instance no longer accepts the token');
      const { posts } = (await client.get<PostsView>('/api/posts')).body;
      expect(posts[0]!.images.map(({ alt_text }) => alt_text)).toEqual(['old']);
      expect(there()[0]!.media.map(({ description }) => description)).toEqual(['old']);
      tab.close();
    },
  );

  it('says of sizes what fits through our own gate as well', async () => {
    const ours = 16 * 1024 * 1024;
    for (const [instance, image_size] of [
      [town, 3_000_000],
      [photos, ours],
    ] as const) {
      const { client } = await person(instance);
      // The pretended instances take videos of 40 MiB.
      expect((await client.get('/api/platform_data')).body).toMatchObject({
        data: { media: { image_size, video_size: ours } },
      });
    }
  });

  it('refuses what the instance would not take, and keeps nothing of it', async () => {
    const { client, platform } = await person();
    const refusals: [string, Promise<Awaited<ReturnType<typeof upload>>>][] = [
      ['file', upload(client, platform, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))],
      ['file', upload(client, platform, Buffer.from('<!doctype html><script>1</script>'))],
      ['file', upload(client, platform, Buffer.alloc(0))],
      ['file', upload(client, platform, picture(3_000_001))],
      ['alt_text', upload(client, platform, picture(100), 'x'.repeat(1501))],
      ['alt_text', upload(client, platform, picture(100), 'a\0b')],
      ['other', upload(client, platform, picture(100), undefined, 'other')],
    ];
    for (const [field, refused] of refusals) {
      const { status, body } = await refused;
      expect([status, body.error_code, body.details[0]!.field]).toEqual([400, 'VALIDATION_ERROR', field]);
    }
    const huge = await upload(client, platform, picture(17 * 1024 * 1024));
    expect([400, 413]).toContain(huge.status);
    const json = await client.post('/api/media', { file: 'x' }, { headers: named(platform.id) });
    expect([json.status, json.body.error_code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    const ids = await Promise.all([1, 2, 3, 4].map(async () => (await upload(client, platform, picture(50))).body.id));
    const over = await client.post('/api/posts', { content: 'x', media_ids: ids }, { headers: named(platform.id) });
    expect(over.body).toMatchObject({
      error_code: 'VALIDATION_ERROR',
      details: [{ field: 'media_ids', limit: 3, count: 4 }],
    });
  });

  it("lets nobody use, see or change another's file", async () => {
    const [owner, stranger] = [await person(), await person()];
    const { id } = (await upload(owner.client, owner.platform, picture(50))).body;
    const headers = named(stranger.platform.id);
    const used = await stranger.client.post('/api/posts', { content: 'x', media_ids: [id] }, { headers });
    expect(used.body.error_code).toBe('VALIDATION_ERROR');
    expect((await stranger.client.patch(`/api/media/${id}`, { alt_text: 'x' }, { headers })).status).toBe(404);
    expect((await stranger.client.delete(`/api/media/${id}`, { headers })).status).toBe(404);
    const foreign = await upload(stranger.client, owner.platform, picture(50));
    expect(foreign.body.error_code).toBe('PLATFORM_NOT_FOUND');
    const unnamed = await owner.client.request('POST', '/api/media', {
      body: '',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    expect(unnamed.body.error_code).toBe('PLATFORM_ID_REQUIRED');
    expect((await owner.client.delete(`/api/media/${id}`, { headers: named(owner.platform.id) })).status).toBe(204);
  });
});
