/** A host's Nest application with the packed package: on Express and on Fastify, on SQLite and on MariaDB. */
import { spawnSync } from 'node:child_process';
import { createConnection } from 'mysql2/promise';
import { io } from 'socket.io-client';
import type { PlatformView, RestSessionState } from '../../src/protocol/http';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { allowed, connectTo, type FakeInstance, startInstance, stopInstances } from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { createDatabase, startRedis } from '../support/services';
import { closeTabs, openTab } from '../support/socket-client';
import { compile, type Host, startHost, strangersFolder } from './support/package';

let folder: string;
let instance: FakeInstance;

beforeAll(async () => {
  folder = strangersFolder('nest');
  compile(folder);
  instance = await startInstance();
});
afterEach(closeTabs);
afterAll(stopInstances);

interface Setup {
  name: string;
  start(): Promise<Host[]>;
  /** The prefix of the host's own routes. */
  prefix: string;
}

const SETUPS: Setup[] = [
  {
    name: 'Express, SQLite, one node',
    prefix: '',
    start: async () => [
      await startHost(folder, { ADAPTER: 'express', DATABASE_URL: 'notes.sqlite', ...allowed(instance) }),
    ],
  },
  {
    name: 'Fastify with a global prefix, MariaDB and Redis, two nodes',
    prefix: '/v7',
    start: async () => {
      const [DATABASE_URL, redis] = await Promise.all([createDatabase(), startRedis()]);
      const env = {
        ADAPTER: 'fastify',
        GLOBAL_PREFIX: 'v7',
        DATABASE_URL,
        REDIS_URL: redis.url,
        ENCRYPTION_KEYS: encryptionKey(),
        ...allowed(instance),
      };
      const first = await startHost(folder, env);
      return [first, await startHost(folder, env)];
    },
  },
];

describe.each(SETUPS)('$name', ({ start, prefix }) => {
  let hosts: Host[];
  /** The first and the last node; the same one if there is only one. */
  let [here, there]: string[] = [];

  beforeAll(async () => {
    hosts = await start();
    here = hosts[0]!.url;
    there = hosts.at(-1)!.url;
  });
  afterAll(() => Promise.all(hosts.map((host) => host.stop())));

  async function person(): Promise<{ client: TestClient; platforms: PlatformView[] }> {
    const client = new TestClient(here!);
    await client.register();
    const platforms = [await connectTo(client, instance, 'A'), await connectTo(client, instance, 'B')];
    return { client, platforms: platforms.map(({ platform }) => platform) };
  }

  it('guards a decorated route and holds its writes to the platform that was shown', async () => {
    const { client, platforms } = await person();
    const [a, b] = platforms.map(({ id }) => ({ headers: { 'x-platform-id': String(id) } }));
    const stranger = new TestClient(here!);
    expect((await stranger.get(`${prefix}/notes`)).body).toMatchObject({ error_code: 'AUTHENTICATION_REQUIRED' });
    expect((await client.post(`${prefix}/notes`, { text: 'x' })).body).toMatchObject({
      error_code: 'PLATFORM_ID_REQUIRED',
    });
    expect((await client.post(`${prefix}/notes`, { text: 'x' }, b)).body).toMatchObject({
      error_code: 'PLATFORM_CONTEXT_STALE',
      state: { platform: { id: platforms[0]!.id } },
    });
    expect((await client.post(`${prefix}/notes`, { text: 'on A' }, a)).status).toBe(201);
    await client.at(there!).post(`/api/switch_platform/${platforms[1]!.id}`);
    // Another node uses its cached state until it is notified of the switch.
    await eventually(async () => expect((await client.get<unknown[]>(`${prefix}/notes`)).body).toEqual([]));
    expect((await client.post(`${prefix}/notes`, { text: 'on A' }, a)).status).toBe(409);
    await client.post(`/api/switch_platform/${platforms[0]!.id}`);
    await eventually(async () => {
      const { body } = await client.at(there!).get<unknown[]>(`${prefix}/notes`);
      expect(body).toMatchObject([{ text: 'on A' }]);
    });
  });

  it('describes its routes with the fields of their bodies, and none of the host', async () => {
    const { body } = await new TestClient(here!).get<{
      paths: Record<string, object>;
      components: { schemas: Record<string, { properties: object }> };
    }>('/api/openapi.json');
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/api/session', '/api/posts']));
    expect(Object.keys(body.paths).filter((path) => !/^\/(api|health|metrics)\b/.test(path))).toEqual([]);
    expect(Object.keys(body.components.schemas.CreatePostDto!.properties)).toEqual(
      expect.arrayContaining(['content', 'visibility', 'media_ids']),
    );
  });

  it("leaves the host's own routes, exceptions, bodies and CORS as they are", async () => {
    const stranger = new TestClient(here!);
    expect((await stranger.get(`${prefix}/plain`)).text).toContain('<title>Plain</title>');
    expect(await stranger.get(`${prefix}/plain/forbidden`)).toMatchObject({
      status: 403,
      body: { statusCode: 403, message: 'No entry' },
    });
    expect(await stranger.get(`${prefix}/plain/conflict`)).toMatchObject({ status: 409, body: { reason: 'taken' } });
    expect((await stranger.post(`${prefix}/plain/echo`, { a: [1] })).body).toEqual({ body: { a: [1] } });
    expect((await stranger.post(`${prefix}/plain/echo`, undefined, { form: { a: '1' } })).body).toEqual({
      body: { a: '1' },
    });
    expect(
      (await stranger.post(`${prefix}/plain/echo`, '{', { headers: { 'content-type': 'application/json' } })).body,
    ).not.toHaveProperty('error_code');
    expect((await stranger.get(`${prefix}/nothing`)).body).toMatchObject({ statusCode: 404 });
    const cors = await stranger.get(`${prefix}/plain`, { headers: { origin: 'https://elsewhere.example' } });
    expect(cors.headers['access-control-allow-origin']).toBe('https://elsewhere.example');
    const multipart = { headers: { 'content-type': 'multipart/form-data; boundary=x' } };
    const unread = await stranger.post(`${prefix}/plain/echo`, '--x--\r\n', multipart);
    expect([201, 415]).toContain(unread.status);
    expect(unread.body).not.toHaveProperty('error_code');
  });

  it("answers the host's own exception in a decorated route as the host does", async () => {
    const { client, platforms } = await person();
    const answer = await client.post(
      `${prefix}/notes`,
      { text: '' },
      { headers: { 'x-platform-id': String(platforms[0]!.id) } },
    );
    expect(answer).toMatchObject({ status: 400, body: { statusCode: 400, message: 'A note has 1 to 200 characters' } });
  });

  it('keeps the wire contract at its own addresses, with uploads and the script', async () => {
    const { client, platforms } = await person();
    expect((await client.get('/api/session')).body).toMatchObject({ authenticated: true, platform: { name: 'A' } });
    expect(
      (await client.post('/api/auth/login', {}, { headers: { 'content-type': 'text/plain' } })).status,
    ).toBeGreaterThanOrEqual(400);
    const boundary = 'vedfolnir';
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const body = Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n`,
      ),
      png,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const headers = {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'x-platform-id': String(platforms[0]!.id),
    };
    const upload = await client.post('/api/media', body, { headers });
    expect([upload.status, upload.body]).toEqual([201, expect.anything()]);
    const script = await client.get('/client/vedfolnir.js');
    expect([script.status, script.headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/javascript/)]);
  });

  it("tells a switch and the host's messages to the tabs on every node", async () => {
    const { client, platforms } = await person();
    const tabs = [await openTab(client), await openTab(client.at(there!))];
    await client.post(`/api/switch_platform/${platforms[1]!.id}`);
    for (const tab of tabs) await tab.waitFor('platform:switched', ({ platform }) => platform?.name === 'B');
    await client.post(`${prefix}/notes`, { text: 'news' }, { headers: { 'x-platform-id': String(platforms[1]!.id) } });
    for (const tab of tabs) {
      expect(await tab.waitFor('app:message')).toMatchObject({ name: 'note:created', payload: { text: 'news' } });
    }
  });

  it("lets decorators of the host's own see the platform", async () => {
    // The first user is an administrator, so this test needs a second one.
    await person();
    const { client } = await person();
    expect((await client.get(`${prefix}/reports/mastodon`)).body).toEqual({ platform: 'A', notes: 0 });
    expect((await client.post(`${prefix}/reports/sessions`, { pairs: [] })).body).toMatchObject({
      error_code: 'FORBIDDEN',
    });
    expect((await new TestClient(here!).get(`${prefix}/reports/mastodon`)).status).toBe(401);
  });

  it("signs in the host's own users, and a revocation signs them out everywhere", async () => {
    const name = `host-${Math.random()}`;
    const [laptop, phone] = [new TestClient(here!), new TestClient(there!)];
    await laptop.post(`${prefix}/accounts/sign_in`, { name });
    await phone.post(`${prefix}/accounts/sign_in`, { name });
    const { body: state } = await laptop.get<RestSessionState>('/api/session');
    expect((await phone.get<RestSessionState>('/api/session')).body.user).toEqual(state.user);
    const tab = await openTab(phone);
    expect((await laptop.post('/api/sessions/end_others')).body).toEqual({ ended: 1 });
    await tab.waitFor('session:ended', ({ reason }) => reason === 'revoked');
    expect((await phone.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    expect(
      (await new TestClient(here!).post('/api/auth/login', { username: name, password: '' })).status,
    ).toBeGreaterThanOrEqual(400);
    await laptop.post(`${prefix}/accounts/sign_out`);
    expect((await laptop.get('/api/session')).status).toBe(401);
  });

  it("lets the messages of the host's own gateway ask for a session", async () => {
    const { client } = await person();
    const connect = (cookie: string) =>
      io(`${here}/chat`, { extraHeaders: { cookie, origin: here! }, forceNew: true, transports: ['websocket'] });
    const member = connect(client.cookie);
    const stranger = connect('');
    expect(await stranger.timeout(10_000).emitWithAck('echo', 'hi')).toBe('hi');
    expect(await member.timeout(10_000).emitWithAck('whoami')).toMatch(/^u/);
    expect(await stranger.timeout(10_000).emitWithAck('whoami')).toMatchObject({
      error_code: 'AUTHENTICATION_REQUIRED',
    });
    for (const socket of [member, stranger]) socket.disconnect();
  });

  it('ends in order when it is told to', async () => {
    if (hosts.length === 1) return;
    const { client } = await person();
    const tab = await openTab(client.at(there!));
    await hosts.at(-1)!.stop();
    await eventually(() => expect(tab.connected).toBe(false));
    expect((await client.get('/api/session')).status).toBe(200);
  });
});

it("its own tests use the package's clients, factories and clock", () => {
  const env = { PATH: process.env.PATH, NODE_ENV: 'test', DATABASE_URL: 'tests.sqlite' };
  const run = spawnSync(process.execPath, ['--test', 'dist/'], { cwd: folder, env, encoding: 'utf8' });
  expect([run.status, run.stdout]).toEqual([0, expect.stringMatching(/^# pass 2$/m)]);
});

it("stands beside the host's own tables in one database", async () => {
  const url = await createDatabase();
  const host = await startHost(folder, { ADAPTER: 'express', DATABASE_URL: url });
  const connection = await createConnection(url);
  const [rows] = await connection.query('SELECT nickname FROM users');
  const [tables] = await connection.query('SHOW TABLES');
  await connection.end();
  await host.stop();
  expect(rows).toEqual([{ nickname: 'host' }]);
  const names = (tables as object[]).map((row) => String(Object.values(row)[0]));
  expect(names.filter((name) => !name.startsWith('vedfolnir_')).sort()).toEqual(['migrations', 'notes', 'users']);
});
