/** Two nodes behind real Caddy with the Caddyfile of docs/operate.md, by HTTPS. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { findBinary } from '../../scripts/lib/binaries.cjs';
import type { PlatformView } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { freePort, launch, temporaryFolder } from '../support/processes';
import { FULL } from '../support/scale';
import { hearing, type ServerNode, startNode } from '../support/server';
import { createDatabase, startRedis } from '../support/services';

interface Caddy {
  origin: string;
  ca: Buffer;
}

let caddy: Caddy;
let nodes: ServerNode[];

/** The block of the documents, with these addresses, and with certificates of its own. */
function configuration(origin: string, ports: number[], httpPort: number): string {
  const text = readFileSync(join(__dirname, '../../docs/operate.md'), 'utf8');
  const [, documented = ''] = /^```\n(\(nodes\) \{\n[\s\S]*?)^```$/m.exec(text) ?? [];
  const own = documented
    .replaceAll(/127\.0\.0\.1:300([01])\b/g, (_, index: string) => `127.0.0.1:${ports[Number(index)]}`)
    .replace('social.example {', `${origin} {`);
  const { port } = new URL(origin);
  const options = ['admin off', 'local_certs', 'skip_install_trust', `http_port ${httpPort}`, `https_port ${port}`];
  return `{\n${options.join('\n')}\n}\n${own}`;
}

/** Over TLS, with the cookie and the headers of a client. */
function ask(
  client: TestClient,
  method: string,
  path: string,
  body?: Buffer,
  more: Record<string, string> = {},
  { origin, ca } = caddy,
) {
  const headers: Record<string, string> = { origin, cookie: client.cookie, 'user-agent': client.userAgent, ...more };
  if (method === 'POST') headers['x-csrftoken'] = client.csrfToken ?? '';
  return new Promise<{ status: number; text: string; requestId: unknown }>((resolve, reject) => {
    const asked = request(`${origin}${path}`, { method, headers, ca, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      const requestId = response.headers['x-request-id'];
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, requestId }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Signed in and connected at a node, as Caddy would have asked it. */
async function person(): Promise<{ client: TestClient; platforms: PlatformView[] }> {
  const client = new TestClient(nodes[0]!.url);
  const asCaddy = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1', origin: caddy.origin };
  const username = `u${randomUUID().slice(0, 8)}`;
  const form = { username, email: `${username}@example.org`, password: 'correct horse battery' };
  expect((await client.post('/api/auth/register', form, { headers: asCaddy })).status).toBe(201);
  const send = client.post.bind(client);
  client.post = (path, body, options) => send(path, body, { ...options, headers: asCaddy });
  return { client, platforms: await connectPlatforms(client) };
}

async function startCaddy(origin: string, ports: number[]): Promise<Caddy> {
  const binary = findBinary('caddy');
  if (!binary) throw new Error('caddy is not installed: this suite cannot run without it. `npm test` installs it.');
  const folder = temporaryFolder();
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, configuration(origin, ports, await freePort()));
  const { PATH } = process.env;
  const running = launch(binary, ['run', '--config', file], {
    env: { PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    isService: true,
  });
  const started = { origin, ca: Buffer.of() };
  await eventually(
    async () => {
      if (!running.running()) throw new Error(`Caddy ended: ${running.output()}`);
      started.ca = readFileSync(join(folder, 'caddy/pki/authorities/local/root.crt'));
      const { status } = await ask(new TestClient(origin), 'GET', '/health/ready', undefined, {}, started);
      expect(status).toBe(200);
    },
    { timeout: 30_000 },
  );
  return started;
}

beforeAll(async () => {
  const [DATABASE_URL, redis, port] = await Promise.all([createDatabase(), startRedis(), freePort()]);
  const origin = `https://localhost:${port}`;
  const env = { DATABASE_URL, REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey(), TRUST_PROXY: '1' };
  nodes = [await startNode({ ...env, PUBLIC_ORIGIN: origin }), await startNode({ ...env, PUBLIC_ORIGIN: origin })];
  await hearing(nodes);
  caddy = await startCaddy(
    origin,
    nodes.map((node) => node.port),
  );
});

it('tells the nodes that it was HTTPS and who asked, whatever the caller claims, and keeps the figures', async () => {
  const { client } = await person();
  expect(client.cookie).toMatch(/^__Host-vedfolnir=/);
  const claims = {
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-proto': 'http',
    'x-request-id': 'chosen-by-the-caller',
  };
  const { status, text, requestId } = await ask(client, 'GET', '/api/sessions', undefined, claims);
  expect(status).toBe(200);
  expect(requestId).toMatch(/^[\da-f-]{36}$/);
  expect(JSON.parse(text).sessions).toMatchObject([{ ip_address: '127.0.0.1' }]);
  expect((await ask(client, 'GET', '/metrics')).status).toBe(404);
});

it('passes sockets on, and what is too large to no node', async () => {
  const { client, platforms } = await person();
  const { origin, ca } = caddy;
  const socket = io(origin, {
    transports: ['websocket'],
    extraHeaders: { origin, cookie: client.cookie, 'user-agent': client.userAgent },
    auth: { tab_id: 'caddy' },
    ca: ca.toString(),
  } as Parameters<typeof io>[1]);
  const told = new Promise((resolve) => socket.once('platform:switched', resolve));
  await new Promise((resolve, reject) => socket.once('session:state', resolve).once('connect_error', reject));
  expect((await ask(client, 'POST', `/api/switch_platform/${platforms[1]!.id}`)).status).toBe(200);
  expect(await told).toMatchObject({ platform: { id: platforms[1]!.id } });
  socket.disconnect();

  const large = Buffer.alloc(21_000_000);
  for (let turn = 0; turn < 6; turn++) {
    const type = { 'content-type': 'multipart/form-data; boundary=x' };
    const refused = await ask(client, 'POST', '/api/media', large, type).then(
      ({ status }) => status,
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect([400, 413, 428, 'EPIPE', 'ECONNRESET']).toContain(refused);
    expect((await ask(client, 'GET', '/api/session')).status).toBe(200);
  }
});

it('gets the parts of a script from the node that has them, while the other is of another version', async () => {
  // All that matters here of a node before its upgrade: it is ready, and has no such file.
  const older = createServer(({ url }, response) => response.writeHead(url === '/health/ready' ? 200 : 404).end());
  await new Promise<void>((resolve) => older.listen(0, '127.0.0.1', resolve));
  older.unref();
  const olderPort = (older.address() as AddressInfo).port;
  const [part] = readdirSync(join(__dirname, '../../dist/client/parts'));
  for (const ports of [
    [olderPort, nodes[0]!.port],
    [nodes[0]!.port, olderPort],
  ]) {
    const mixed = await startCaddy(`https://localhost:${await freePort()}`, ports);
    const statusOf = async (name: string) =>
      (await ask(new TestClient(mixed.origin), 'GET', `/client/parts/${name}`, undefined, {}, mixed)).status;
    const statuses = [await statusOf('none-12345678.mjs')];
    for (let turn = 0; turn < 6; turn++) statuses.push(await statusOf(part!));
    expect(statuses).toEqual([404, ...Array(6).fill(200)]);
  }
  older.close();
  older.closeAllConnections();
});

it('asks the other node where one hangs, and where one goes', async () => {
  const { client, platforms } = await person();
  nodes[1]!.freeze();
  try {
    const turns = Array.from({ length: 12 }, (_, turn) => turn);
    const since = performance.now();
    const asked = turns.map((turn) =>
      turn % 2 === 0
        ? ask(client, 'GET', '/api/session')
        : ask(client, 'POST', `/api/switch_platform/${platforms[turn % 3]!.id}`),
    );
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    // The 10 s that the proxy waits for a node, once.
    expect(performance.now() - since).toBeLessThan(FULL ? 15_000 : 19_000);
    // By now it is known to hang.
    const later = performance.now();
    for (const { status } of await Promise.all(turns.map(() => ask(client, 'GET', '/api/session')))) {
      expect(status).toBe(200);
    }
    expect(performance.now() - later).toBeLessThan(FULL ? 5000 : 9000);
  } finally {
    nodes[1]!.thaw();
  }
  await hearing(nodes);
  let going = true;
  const outcomes = new Set<number>();
  const caller = (async () => {
    while (going) outcomes.add((await ask(client, 'POST', `/api/switch_platform/${platforms[0]!.id}`)).status);
  })();
  expect(await nodes[0]!.stop()).toBe(0);
  going = false;
  await caller;
  expect([...outcomes]).toEqual([200]);
});
