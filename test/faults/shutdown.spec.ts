/** A node stopped under load: it drains and exits, loses nothing, and its tabs reconnect elsewhere. */
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RestSessionState } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { type Running, startCluster } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { launch, temporaryFolder } from '../support/processes';
import { rawRequest } from '../support/raw-request';
import { FULL } from '../support/scale';
import { startNode } from '../support/server';
import { openTab } from '../support/socket-client';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

const CALLERS = 16;
/** Connections that the kernel has taken for the node. */
const WAITING = FULL ? 50 : 20;
/** The process's own limit for draining; in the short form with time for a slow machine to end it; ms. */
const DRAIN = FULL ? 10_000 : 20_000;

let running: Running;
let front: TcpProxy;

beforeAll(async () => {
  running = await startCluster(2);
  front = await startTcpProxy(running.nodes[0]!.port);
});
afterAll(async () => {
  await front.close();
  await running.stop();
});

it(`drains under the load of ${CALLERS} callers with persistent connections, and exits with 0`, async () => {
  const [leaving, staying] = running.nodes as [Running['nodes'][0], Running['nodes'][0]];
  const client = new TestClient(leaving.url);
  await client.register();
  const platforms = await connectPlatforms(client);
  const url = `http://127.0.0.1:${front.port}`;
  const tab = await openTab({ url, cookie: client.cookie }, { reconnection: true });
  await tab.waitFor('session:state');
  const bystander = await openTab({ url: staying.url, cookie: client.cookie });

  const start = (await client.get<RestSessionState>('/api/session')).body.revision;

  const outcomes: Record<string, number> = {};
  const call = async (index: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let outcome = '';
    // Until the port is closed.
    for (let turn = index; outcome !== 'ECONNREFUSED'; turn++) {
      const { id } = platforms[turn % platforms.length]!;
      outcome = await client
        .post(`/api/switch_platform/${id}`, undefined, { agent })
        .then(({ status }) => String(status))
        .catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    agent.destroy();
  };
  const callers = Array.from({ length: CALLERS }, (_, index) => call(index));
  await tab.waitFor('platform:switched', ({ revision }) => revision > start + 50, 30_000);

  front.leadTo(staying.port);
  const told = performance.now();
  expect(await leaving.stop()).toBe(0);
  const took = performance.now() - told;
  await Promise.all(callers);
  process.stdout.write(`drained in ${Math.round(took)} ms; answers: ${JSON.stringify(outcomes)}\n`);
  expect(took).toBeLessThan(DRAIN);
  // An idle connection may be closed under the next request, which is then not processed.
  for (const outcome of Object.keys(outcomes)) expect(['200', 'ECONNREFUSED', 'ECONNRESET']).toContain(outcome);

  // Exactly the acknowledged changes were made.
  const { revision } = (await client.at(staying.url).get<RestSessionState>('/api/session')).body;
  const acknowledged = start + (outcomes['200'] ?? 0);
  expect(revision).toBeGreaterThanOrEqual(acknowledged);
  expect(revision).toBeLessThanOrEqual(acknowledged + (outcomes.ECONNRESET ?? 0));
  const known = () => [...tab.of('session:state'), ...tab.of('platform:switched')].map((event) => event.revision);
  await eventually(() => expect(Math.max(...known())).toBe(revision));
  expect(tab.connected).toBe(true);
  // The other node kept its own sockets.
  expect(bystander.connected).toBe(true);
});

it('reports that it is not ready, and still answers during the grace time', async () => {
  const node = await startNode({ SHUTDOWN_GRACE: '5s' });
  const client = new TestClient(node.url);
  await client.register();
  const tab = await openTab({ url: node.url, cookie: client.cookie });
  process.kill(node.pid, 'SIGTERM');
  const told = performance.now();
  await eventually(async () => {
    const ready = await client.get('/health/ready');
    expect(ready).toMatchObject({ status: 503, body: { status: 'draining', database: 'up' } });
  });
  const answer = await client.get('/api/session', { agent: new Agent({ keepAlive: true }) });
  expect(answer.status).toBe(200);
  expect(answer.headers.connection).toBe('close');
  await tab.closed;
  await expect(openTab({ url: node.url, cookie: client.cookie })).rejects.toThrow();
  expect(await node.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - told).toBeLessThan(DRAIN);
});

it('answers the connections that wait to be accepted when the port closes', async () => {
  const GRACE = 4000;
  const node = await startNode({ SHUTDOWN_GRACE: `${GRACE}ms` });
  process.kill(node.pid, 'SIGTERM');
  await eventually(async () => expect((await rawRequest(node.url, 'GET', '/health/ready')).status).toBe(503));
  node.freeze();
  const requests = Array.from({ length: WAITING }, () => rawRequest(node.url, 'GET', '/health/live'));
  const answers = Promise.allSettled(requests);
  // The grace time, which began before the first 503, is over when the node goes on.
  await pause(GRACE);
  node.thaw();
  const outcomes = (await answers).map((answer) =>
    answer.status === 'fulfilled' ? answer.value.status : answer.reason,
  );
  expect(outcomes).toEqual(Array.from({ length: WAITING }, () => 200));
  expect(await node.exited).toEqual({ code: 0, signal: null });
});

it('exits with 0 in time although a request never ends', async () => {
  const node = await startNode();
  const hanging = connect(node.port, '127.0.0.1');
  hanging.on('error', () => undefined);
  const lost = new Promise((resolve) => hanging.once('close', resolve));
  hanging.write(
    'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  );
  await eventually(async () => expect((await fetch(`${node.url}/health/live`)).status).toBe(200));
  const told = performance.now();
  expect(await node.stop()).toBe(0);
  expect(performance.now() - told).toBeLessThan(DRAIN + 1000);
  await lost;
});

it('npm run start:prod, as run by a process manager, forwards the signal', async () => {
  const env = {
    ...process.env,
    NODE_ENV: 'test',
    PORT: '0',
    DATABASE_URL: `sqlite:${temporaryFolder()}/x`,
    LOG_LEVEL: 'warn',
  };
  const npm = launch('npm', ['run', 'start:prod'], { env, cwd: join(__dirname, '../..') });
  await eventually(() => expect(npm.output()).toContain('Vedfolnir is ready'), { timeout: 60_000 });
  const url = /ready at (\S+)/.exec(npm.output())?.[1];
  process.kill(npm.pid, 'SIGTERM');
  expect(await npm.exited).toEqual({ code: 0, signal: null });
  await expect(fetch(String(url))).rejects.toThrow();
});
