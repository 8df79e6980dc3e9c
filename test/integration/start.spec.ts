/** `npm start` as a newcomer meets it: a server on an empty folder, and an end to it. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { PlatformView, PostsView, UserPlatformsView } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { launch, temporaryFolder } from '../support/processes';
import { startNode } from '../support/server';

const START = join(__dirname, '../../scripts/start.mjs');
const READY = /Vedfolnir is ready at (http:\/\/\S+)/;

/** @param env on top of what every process needs */
async function start(env: NodeJS.ProcessEnv) {
  const { PATH, HOME } = process.env;
  const server = launch(process.execPath, [START], { env: { PATH, HOME, PORT: '0', LOG_LEVEL: 'warn', ...env } });
  const url = await eventually(() => READY.exec(server.output())?.[1] ?? null, { timeout: 30_000 });
  return { server, url: String(url).replace(/\/$/, '') };
}

const database = () => `sqlite:${join(temporaryFolder(), 'start.sqlite')}`;

async function isGone(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    () => false,
    () => true,
  );
}

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'starts what is built, says where, and ends cleanly at %s',
    async (signal) => {
      const { server, url } = await start({ DATABASE_URL: database() });
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      process.kill(server.pid, signal);
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(await isGone(url)).toBe(true);
    },
  );

  it('leaves no server behind when it is killed', async () => {
    const { server, url } = await start({ DATABASE_URL: database() });
    await server.kill();
    await eventually(() => isGone(url));
  });
});

describe('a first start', () => {
  it('brings a person and three platforms where nothing was configured, and says how to sign in', async () => {
    const node = await startNode({ NODE_ENV: undefined });
    await eventually(() => expect(node.output()).toContain('Sign in as "demo" with the password "demo-password"'));
    const client = new TestClient(node.url);
    expect((await client.login({ username: 'demo', password: 'demo-password' })).status).toBe(200);
    const { platforms } = (await client.get<UserPlatformsView>('/api/user_platforms')).body;
    expect(platforms).toHaveLength(3);
    expect(await node.stop()).toBe(0);

    // Another program has taken the place of an account: the rest starts all the same.
    const taken = Number(new URL(platforms[0]!.instance_url).port);
    const other = createServer().listen(taken, '127.0.0.1');
    await once(other, 'listening');
    const again = await startNode({ NODE_ENV: undefined }, { cwd: node.cwd });
    expect(again.output()).toContain(`Town Square cannot be reached: another program uses port ${taken}`);
    expect(again.output()).not.toContain('(Town Square)');
    await again.stop();
    other.close();
  });

  it('brings posts and pictures to each account, which are there after a restart, as what was posted since', async () => {
    const node = await startNode({ NODE_ENV: undefined });
    const client = new TestClient(node.url);
    await client.login({ username: 'demo', password: 'demo-password' });
    const { platforms } = (await client.get<UserPlatformsView>('/api/user_platforms')).body;
    const content = async (at: TestClient) => {
      const read = (id: number) =>
        at.get<PostsView>('/api/posts', { headers: { 'x-platform-id': String(id), 'x-platform-pinned': 'true' } });
      const pages = await Promise.all(platforms.map(({ id }) => read(id)));
      return pages.map(({ body }) => body.posts.map((post) => ({ ...post, url: null })));
    };
    await eventually(async () => {
      const posts = await content(client);
      expect(posts.map((each) => each.filter(({ status }) => status === 'published').length)).toEqual([7, 6, 6]);
      expect(posts.flat().filter(({ status }) => status === 'failed')).toHaveLength(1);
      expect(posts.flatMap((each) => each.flatMap(({ images }) => images)).map(({ status }) => status)).toEqual(
        expect.arrayContaining(['ready', 'pending']),
      );
    });
    const headers = { 'x-platform-id': String(platforms[0]!.id), 'x-platform-pinned': 'true' };
    await client.post('/api/posts', { content: 'Plum cake at four' }, { headers });
    const before = await eventually(async () => {
      const posts = await content(client);
      const isThere = posts[0]!.some(
        ({ content, status }) => content === 'Plum cake at four' && status === 'published',
      );
      return isThere && posts;
    });
    expect(await node.stop()).toBe(0);
    const again = await startNode({ NODE_ENV: undefined }, { cwd: node.cwd });
    const later = client.at(again.url);
    await later.post(`/api/platforms/${platforms[0]!.id}/import`, {});
    expect(await content(later)).toEqual(before);
    const { avatar_url } = (await later.get<PlatformView>(`/api/platforms/${platforms[0]!.id}`)).body;
    expect((await fetch(avatar_url!)).headers.get('content-type')).toBe('image/webp');
    await again.stop();
  });

  it('brings nobody in production', async () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const node = await startNode({ NODE_ENV: 'production', RATE_LIMITS: undefined, ENCRYPTION_KEYS: key });
    expect(node.output()).not.toContain('Sign in as');
    const client = new TestClient(node.url);
    expect((await client.login({ username: 'demo', password: 'demo-password' })).status).toBe(401);
    expect(existsSync(join(node.cwd, 'data/encryption.key'))).toBe(false);
    await node.stop();
  });
});
