/** A node that is told to stop while everybody calls: it drains and goes, nothing is lost, and the tabs go elsewhere. */
import { Agent } from 'node:http';
import type { RestSessionState } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { type Running, startCluster } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { hearing } from '../support/server';
import { openTab } from '../support/socket-client';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

const CALLERS = 16;
/** What the process gives itself to drain; ms. */
const DRAIN = 10_000;

let running: Running;
let front: TcpProxy;

beforeAll(async () => {
  running = await startCluster(2);
  front = await startTcpProxy(running.nodes[0]!.port);
  await hearing(running.nodes);
});
afterAll(async () => {
  await front.close();
  await running.stop();
});

it(`drains under the load of ${CALLERS} callers that keep their lines, and exits with 0`, async () => {
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
    // Until nobody listens there any more.
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
  // A line that was idle at that moment may be closed under the next request, which is then not begun.
  for (const outcome of Object.keys(outcomes)) expect(['200', '503', 'ECONNREFUSED', 'ECONNRESET']).toContain(outcome);

  // What was done was acknowledged, and what was acknowledged was done.
  const { revision } = (await client.at(staying.url).get<RestSessionState>('/api/session')).body;
  const acknowledged = start + (outcomes['200'] ?? 0);
  expect(revision).toBeGreaterThanOrEqual(acknowledged);
  expect(revision).toBeLessThanOrEqual(acknowledged + (outcomes.ECONNRESET ?? 0));
  const known = () => [...tab.of('session:state'), ...tab.of('platform:switched')].map((event) => event.revision);
  await eventually(() => expect(Math.max(...known())).toBe(revision));
  expect(tab.connected).toBe(true);
  // The other node kept its own.
  expect(bystander.connected).toBe(true);
});
