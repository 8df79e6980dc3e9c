/**
 * Three nodes behind real nginx with the configuration that we ship. LONG=1 does the rolling restart with 300 sockets and
 * 20 switches a second in place of 30 and 5.
 */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { RestSessionState } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { type Nginx, startNginx } from '../support/nginx';
import { freePort } from '../support/processes';
import { hearing, type ServerNode, startNode } from '../support/server';
import { createDatabase, startRedis } from '../support/services';
import { openTab, type Tab } from '../support/socket-client';

const LONG = process.env.LONG === '1';
const SOCKETS = LONG ? 300 : 30;
const SWITCHES_PER_SECOND = LONG ? 20 : 5;
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

it('keeps all nodes in while strangers send what is too large', async () => {
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
    return [devices.body.sessions[0]?.ip_address, client.cookie.startsWith('__Host-')];
  };
  expect(await addressBehind(terminated.url)).toEqual(['198.51.100.7', true]);
  expect(await addressBehind(nginx.url)).toEqual(['127.0.0.1', false]);
  await terminated.stop();
});

it('goes on with two nodes while one hangs', async () => {
  const client = new TestClient(nginx.url);
  await client.register();
  nodes[1]!.freeze();
  const times: number[] = [];
  try {
    for (let turn = 0; turn < 3; turn++) {
      const batch = Array.from({ length: 12 }, async () => {
        const since = performance.now();
        expect((await client.get('/api/session')).status).toBe(200);
        times.push(performance.now() - since);
      });
      await Promise.all(batch);
    }
  } finally {
    nodes[1]!.thaw();
  }
  // Each is answered: those that were with it when it began to hang by another node, after the timeout.
  const late = times.filter((ms) => ms > HUNG_MS - 500).length;
  process.stdout.write(
    `one node hung: ${times.length} of ${times.length} answered, ${late} of them after ${HUNG_MS} ms\n`,
  );
  expect(Math.max(...times)).toBeLessThan(HUNG_MS + 5000);
  expect(late).toBeLessThan(times.length / 2);
});

it(`restarts node by node under ${SOCKETS} sockets and ${SWITCHES_PER_SECOND} switches a second: nothing is lost`, async () => {
  await hearing(nodes);
  const client = new TestClient(nginx.url);
  await client.register();
  const platforms = await connectPlatforms(client);
  const tabs: Tab[] = [];
  for (let index = 0; index < SOCKETS; index++) {
    tabs.push(await openTab({ url: nginx.url, cookie: client.cookie }, { reconnection: true }));
  }
  const answers: Record<string, number> = {};
  let last = 0;
  let going = true;
  const caller = (async () => {
    for (let turn = 0; going; turn++) {
      const { id } = platforms[turn % platforms.length]!;
      const outcome = await client.post<{ revision: number }>(`/api/switch_platform/${id}`).then(
        ({ status, body }) => {
          if (status === 200) last = body.revision;
          return status;
        },
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      );
      answers[outcome] = (answers[outcome] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 1000 / SWITCHES_PER_SECOND));
    }
  })();
  for (const index of nodes.keys()) {
    expect(await nodes[index]!.stop()).toBe(0);
    nodes[index] = await start(index);
    await hearing(nodes);
  }
  going = false;
  await caller;
  // What nginx says of its upstreams is shown where it matters.
  if (Object.keys(answers).join() !== '200') process.stdout.write(nginx.errors());
  expect(Object.keys(answers)).toEqual(['200']);

  const { body } = await client.get<RestSessionState>('/api/session');
  expect(body).toMatchObject({ authenticated: true, revision: last });
  const newest = (tab: Tab) =>
    Math.max(...[...tab.of('session:state'), ...tab.of('platform:switched')].map((event) => event.revision));
  await eventually(() => expect(tabs.filter((tab) => tab.connected && newest(tab) === last)).toHaveLength(SOCKETS), {
    timeout: 30_000,
  });

  const restarted = performance.now();
  const before = await socketsPerNode();
  const fair = SOCKETS / nodes.length;
  await eventually(async () => expect(Math.max(...(await socketsPerNode()))).toBeLessThanOrEqual(fair * 1.3 + 4), {
    timeout: 60_000,
    interval: 500,
  });
  const seconds = Math.round((performance.now() - restarted) / 1000);
  process.stdout.write(
    `rolling restart: ${JSON.stringify(answers)}; sockets per node ${before} after it, ${await socketsPerNode()} ${seconds} s later\n`,
  );
});
