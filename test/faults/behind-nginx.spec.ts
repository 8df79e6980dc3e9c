/**
 * Three nodes behind real nginx with the configuration that we ship. LONG=1 runs the rolling restart with 300 sockets
 * and 20 switches per second instead of 30 and 5.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HEADERS, type PostsView } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { type Nginx, startNginx } from '../support/nginx';
import { freePort } from '../support/processes';
import { rawRequest } from '../support/raw-request';
import { FULL } from '../support/scale';
import { hearing, type ServerNode, startNode } from '../support/server';
import { createDatabase, startRedis } from '../support/services';
import { SteadyLoad } from './support/steady-load';

const SOCKETS = FULL ? 300 : 30;
const SWITCHES_PER_SECOND = FULL ? 20 : 5;
const PEOPLE = FULL ? 10 : 3;
/** A node that hangs holds a request for so long (proxy_read_timeout), and another then answers it. */
const HUNG_MS = 10_000;

let nginx: Nginx;
let nodes: ServerNode[];
let start: (index: number) => Promise<ServerNode>;

beforeAll(async () => {
  const [DATABASE_URL, redis] = await Promise.all([createDatabase(), startRedis()]);
  const ports = [await freePort(), await freePort(), await freePort()];
  const shared = { DATABASE_URL, REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey(), TRUST_PROXY: '1' };
  start = (index) => startNode({ ...shared, SHUTDOWN_GRACE: '1s', PORT: String(ports[index]) });
  nodes = [await start(0), await start(1), await start(2)];
  await hearing(nodes);
  nginx = await startNginx(ports);
});

const socketsPerNode = async (): Promise<number[]> => {
  const texts = await Promise.all(nodes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  return texts.map((text) => Number(/^vedfolnir_sockets (\d+)$/m.exec(text)?.[1]));
};

it('keeps all nodes in rotation while strangers send oversized requests', async () => {
  const large = 'x'.repeat(2 * 1024 * 1024);
  const stranger = new TestClient(nginx.url);
  const answers: Record<string, number> = {};
  const bystander = new TestClient(nginx.url);
  await bystander.register();
  for (let turn = 0; turn < 12; turn++) {
    const path = turn % 2 === 0 ? '/api/auth/login' : '/api/media';
    const type = { 'content-type': turn % 2 === 0 ? 'application/json' : 'multipart/form-data; boundary=x' };
    const hostile = stranger.post(path, large, { headers: type }).then(({ status }) => status);
    const { status } = await bystander.get('/api/session');
    answers[status] = (answers[status] ?? 0) + 1;
    expect([401, 413]).toContain(await hostile);
  }
  expect(answers).toEqual({ 200: 12 });
  const refused = await stranger.post('/api/auth/login', large);
  expect(refused).toMatchObject({ status: 413, body: { error_code: 'PAYLOAD_TOO_LARGE' } });
});

it('keeps all nodes in while strangers ask for upgrades where there are none', async () => {
  const bystander = new TestClient(nginx.url);
  await bystander.register();
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'x',
    'sec-websocket-version': '13',
  };
  for (const path of ['/', '/socket.iox', '/socket.io/', '/socket.io/?EIO=4&transport=websocket']) {
    const hostile = Array.from({ length: 9 }, () => rawRequest(nginx.url, 'GET', path, { headers }));
    for (const { status } of await Promise.all(hostile)) expect([400, 401, 404]).toContain(status);
  }
  const answers: Record<string, number> = {};
  for (let turn = 0; turn < 12; turn++) {
    const { status } = await bystander.get('/api/session');
    answers[status] = (answers[status] ?? 0) + 1;
  }
  expect(answers).toEqual({ 200: 12 });
});

it('gets the parts of a script from the node that has them, while others are of another version', async () => {
  // All that matters here of a node before its upgrade: it has no such file.
  const older = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => older.listen(0, '127.0.0.1', resolve));
  const mixed = await startNginx([(older.address() as AddressInfo).port, nodes[0]!.port]);
  const [part] = readdirSync(join(__dirname, '../../dist/client/parts'));
  const statusOf = async (name: string) => (await fetch(`${mixed.url}/client/parts/${name}`)).status;
  const statuses = [await statusOf('none-12345678.mjs')];
  for (let turn = 0; turn < 6; turn++) statuses.push(await statusOf(part!));
  await mixed.stop();
  older.close();
  older.closeAllConnections();
  expect(statuses).toEqual([404, ...Array(6).fill(200)]);
});

it('tells the nodes the address of the person, behind what ends HTTPS too, and believes nobody else', async () => {
  const terminated = await startNginx(
    nodes.map(({ port }) => port),
    '127.0.0.1',
  );
  const forwarded = { 'x-forwarded-for': '198.51.100.7', 'x-forwarded-proto': 'https' };
  const addressBehind = async (url: string) => {
    const client = new TestClient(url);
    const form = { username: `u${Math.random().toString(36).slice(2, 10)}`, password: 'correct horse battery staple' };
    const body = { ...form, email: `${form.username}@example.org` };
    const answer = await client.post('/api/auth/register', body, { headers: forwarded });
    expect(answer.status).toBe(201);
    const devices = await client.get<{ sessions: { ip_address: string }[] }>('/api/sessions', { headers: forwarded });
    const named = await client.get('/api/session', {
      headers: { ...forwarded, 'x-request-id': 'chosen-by-the-caller' },
    });
    expect(named.headers['x-request-id']).toMatch(/^[\da-f]{32}$/);
    return [devices.body.sessions[0]?.ip_address, client.cookie.startsWith('__Host-')];
  };
  expect(await addressBehind(terminated.url)).toEqual(['198.51.100.7', true]);
  expect(await addressBehind(nginx.url)).toEqual(['127.0.0.1', false]);
  await terminated.stop();
});

it(`restarts node by node under ${SOCKETS} sockets and ${SWITCHES_PER_SECOND} switches a second: nothing is lost`, async () => {
  await hearing(nodes);
  const load = await SteadyLoad.at(nginx.url, PEOPLE, SOCKETS / PEOPLE);
  load.start(SWITCHES_PER_SECOND);
  const since = performance.now();
  for (const index of nodes.keys()) {
    expect(await nodes[index]!.stop()).toBe(0);
    nodes[index] = await start(index);
    await hearing(nodes);
  }
  await load.stop();
  const seconds = (performance.now() - since) / 1000;
  const rate = (load.times.length / seconds).toFixed(1);
  process.stdout.write(`rolling restart: ${rate} switches a second for ${Math.round(seconds)} s: ${load.summary()}\n`);
  // What nginx says of its upstreams is shown where it matters.
  if (Object.keys(load.answers).join() !== '200') process.stdout.write(nginx.errors());
  expect(Object.keys(load.answers)).toEqual(['200']);
  await load.isWhole(30_000);

  const restarted = performance.now();
  const before = await socketsPerNode();
  const fair = SOCKETS / nodes.length;
  await eventually(async () => expect(Math.max(...(await socketsPerNode()))).toBeLessThanOrEqual(fair * 1.3 + 4), {
    timeout: 60_000,
    interval: 500,
  });
  const spread = Math.round((performance.now() - restarted) / 1000);
  process.stdout.write(`sockets per node ${before} after it, ${await socketsPerNode()} ${spread} s later\n`);
  load.end();
});

it(`goes on under ${SOCKETS} sockets and ${SWITCHES_PER_SECOND} switches a second while one node hangs`, async () => {
  await hearing(nodes);
  const load = await SteadyLoad.at(nginx.url, PEOPLE, SOCKETS / PEOPLE);
  const reader = new TestClient(nginx.url);
  await reader.register();
  const [platform] = await connectPlatforms(reader);
  const onPlatform = { [HEADERS.platformId]: String(platform!.id) };
  const post = (content: string) => {
    const headers = { ...onPlatform, [HEADERS.idempotencyKey]: randomUUID() };
    return reader.post('/api/posts', { content }, { headers });
  };
  load.start(SWITCHES_PER_SECOND);
  await eventually(() => expect(load.times.length).toBeGreaterThan(SWITCHES_PER_SECOND));
  nodes[1]!.freeze();
  const since = performance.now();
  const reads = Array.from({ length: 12 }, () => reader.get('/api/session'));
  const posts = Array.from({ length: 12 }, (_, index) => post(`Post ${index}`));
  try {
    // The tabs of the node that hangs notice that it does.
    await eventually(() => expect(performance.now() - since).toBeGreaterThan(HUNG_MS));
    await load.isConnected(30_000);
    const seconds = Math.round((performance.now() - since) / 1000);
    await load.stop();
    process.stdout.write(`one node hung: all sockets elsewhere after ${seconds} s; ${load.summary()}\n`);
    expect(Object.keys(load.answers)).toEqual(['200']);
    for (const { status } of await Promise.all(reads)) expect(status).toBe(200);
    // Each has an Idempotency-Key, by which another node may be asked for it too.
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(12).fill(201));
    // The proxy waits for a node once.
    expect(Math.max(...load.times)).toBeLessThan(HUNG_MS + (FULL ? 5000 : 9000));
    await load.isWhole(30_000);
  } finally {
    nodes[1]!.thaw();
  }
  // What waited there has been answered by others since, and must not be done once more.
  await hearing(nodes);
  await load.isWhole(30_000);
  const { body } = await reader.get<PostsView>('/api/posts', { headers: onPlatform });
  expect(body.posts).toHaveLength(12);
  load.end();
});
