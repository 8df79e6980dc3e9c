/** No post reaches a platform other than the one that its request named. */
import type { PlatformView, PostsView, PostView } from '../../src/protocol/http';
import { BACKENDS, type Running } from '../support/backends';
import { TestClient } from '../support/http-client';
import { connectPlatforms } from './support/scenario';

const named = (id: number | string, pinned = false) => ({
  headers: { 'x-platform-id': String(id), ...(pinned && { 'x-platform-pinned': 'true' }) },
});

describe.each(BACKENDS)('$name', (backend) => {
  let running: Running;

  beforeAll(async () => {
    running = await backend.shared();
  });
  afterAll(() => running.stop());

  async function person() {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    return { client, platforms: await connectPlatforms(client) };
  }

  const postsOf = async (client: TestClient, platform: PlatformView): Promise<PostView[]> => {
    return (await client.get<PostsView>('/api/posts?limit=200', named(platform.id, true))).body.posts;
  };

  it('takes a post for the active platform and stores it as queued', async () => {
    const { client, platforms } = await person();
    const form = { title: 'A title', content: 'Hello', visibility: 'unlisted', spoiler_text: 'cw' };
    const created = await client.post<PostView>('/api/posts', form, named(platforms[0]!.id));
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      ...form,
      id: expect.any(Number),
      platform_id: platforms[0]!.id,
      status: 'queued',
      url: null,
      error: null,
      images: [],
      created_at: expect.stringMatching(/Z$/),
      next_attempt_at: expect.stringMatching(/Z$/),
      published_at: null,
    });
    // A worker may have taken it up by now.
    const { id, created_at } = created.body;
    expect(await postsOf(client, platforms[0]!)).toMatchObject([{ ...form, id, created_at, published_at: null }]);
    expect((await client.get('/api/platform_statistics')).body).toEqual({
      total_posts: 1,
      total_images: 0,
      pending_images: 0,
    });
  });

  it('refuses a post that names no platform, a stale one, or none of the caller', async () => {
    const { client, platforms } = await person();
    const stranger = await person();
    await client.post(`/api/switch_platform/${platforms[1]!.id}`);

    const unnamed = await client.post('/api/posts', { content: 'x' });
    expect([unnamed.status, unnamed.body.error_code]).toEqual([428, 'PLATFORM_ID_REQUIRED']);

    const stale = await client.post('/api/posts', { content: 'x' }, named(platforms[0]!.id));
    expect([stale.status, stale.body.error_code]).toEqual([409, 'PLATFORM_CONTEXT_STALE']);
    const { csrf_token: _, server_time: __, ...state } = (await client.get('/api/session')).body;
    expect(stale.body.state).toMatchObject({ ...state, platform: platforms[1] });

    for (const pinned of [true, false]) {
      const foreign = await client.post('/api/posts', { content: 'x' }, named(stranger.platforms[0]!.id, pinned));
      expect([foreign.status, foreign.body.error_code]).toEqual([404, 'PLATFORM_NOT_FOUND']);
    }
    for (const platform of platforms) expect(await postsOf(client, platform)).toEqual([]);
    expect(await postsOf(stranger.client, stranger.platforms[0]!)).toEqual([]);
  });

  it('keeps a pinned tab on its platform, for posts and for reads, while the rest moves on', async () => {
    const { client, platforms } = await person();
    await client.post(`/api/switch_platform/${platforms[1]!.id}`);
    const pinned = await client.post<PostView>('/api/posts', { content: 'pinned' }, named(platforms[0]!.id, true));
    expect([pinned.status, pinned.body.platform_id]).toEqual([201, platforms[0]!.id]);
    expect((await client.get('/api/user_data')).body).toMatchObject({
      platform: { id: platforms[1]!.id, name: 'Photos', type: 'pixelfed' },
    });
    expect((await client.get('/api/user_data', named(platforms[0]!.id, true))).body).toMatchObject({
      platform: { id: platforms[0]!.id },
    });
    expect((await client.get('/api/platform_data', named(platforms[0]!.id))).status).toBe(409);
    expect((await client.get('/api/platform_data', named(platforms[1]!.id))).body).toMatchObject({
      platform_id: platforms[1]!.id,
      platform_name: 'Photos',
    });
  });

  it('holds a post to the limit of its platform and cuts nothing', async () => {
    const { client, platforms } = await person();
    const exact = await client.post('/api/posts', { content: 'é'.repeat(500) }, named(platforms[0]!.id));
    expect(exact.status).toBe(201);
    const over = await client.post(
      '/api/posts',
      { content: 'a'.repeat(500), spoiler_text: 'b' },
      named(platforms[0]!.id),
    );
    expect(over.body).toMatchObject({ error_code: 'VALIDATION_ERROR', details: [{ field: 'content' }] });
    const pixelfed = { content: 'a'.repeat(2200) };
    expect((await client.post('/api/posts', pixelfed, named(platforms[1]!.id, true))).status).toBe(201);
    const empty = await client.post('/api/posts', { content: '  ' }, named(platforms[0]!.id));
    expect(empty.body.error_code).toBe('VALIDATION_ERROR');
    const media = await client.post('/api/posts', { content: 'x', media_ids: [999] }, named(platforms[0]!.id));
    expect(media.body).toMatchObject({ error_code: 'VALIDATION_ERROR', details: [{ field: 'media_ids' }] });
    expect(await postsOf(client, platforms[0]!)).toHaveLength(1);
  });

  it('pages through the posts, newest first', async () => {
    const { client, platforms } = await person();
    const ids: number[] = [];
    for (let index = 0; index < 5; index++) {
      const answer = await client.post<PostView>('/api/posts', { content: `p${index}` }, named(platforms[0]!.id));
      ids.unshift(answer.body.id);
    }
    const first = (await client.get<PostsView>('/api/posts?limit=2')).body;
    expect(first.posts.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const rest = (await client.get<PostsView>(`/api/posts?limit=3&before_id=${first.next_before_id}`)).body;
    expect(rest.posts.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(rest.next_before_id).toBeNull();
    expect((await client.get<PostsView>('/api/posts?limit=1000')).body.posts).toHaveLength(5);
    expect((await client.get('/api/posts?limit=0')).body.error_code).toBe('VALIDATION_ERROR');
  });

  it('stands firm in 200 concurrent switches and posts', async () => {
    const { client, platforms } = await person();
    const nodes = running.nodes.map((node) => client.at(node.url));
    const results = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const node = nodes[index % nodes.length]!;
        const platform = platforms[(index * 7) % 3]!;
        if (index % 2) return { kind: 'switch', answer: await node.post(`/api/switch_platform/${platform.id}`) };
        const pinned = index % 4 === 0;
        const answer = await node.post('/api/posts', { content: `for ${platform.id}` }, named(platform.id, pinned));
        return { kind: 'post', answer, platform, pinned };
      }),
    );
    const accepted = new Map(platforms.map((platform) => [platform.id, 0]));
    for (const { kind, answer, platform, pinned } of results) {
      if (kind === 'switch') expect(answer.status).toBe(200);
      else if (answer.status === 201) accepted.set(platform!.id, accepted.get(platform!.id)! + 1);
      else expect([answer.body.error_code, pinned]).toEqual(['PLATFORM_CONTEXT_STALE', false]);
    }
    const revisions = results.filter(({ kind }) => kind === 'switch').map(({ answer }) => answer.body.revision);
    expect(new Set(revisions).size).toBe(100);
    for (const platform of platforms) {
      const posts = await postsOf(client, platform);
      expect(posts).toHaveLength(accepted.get(platform.id)!);
      for (const post of posts) expect(post.content).toBe(`for ${platform.id}`);
    }
  });
});
