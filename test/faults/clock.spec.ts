/** Nodes with wrong clocks: expiry and presence depend on the database's clock. */
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import type { AuditView } from '../../src/protocol/audit';
import type { DeviceView, ExtendedView, RestSessionState } from '../../src/protocol/http';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { hearing, type ServerNode, startNode } from '../support/server';
import { migratedDatabase, type Redis, startRedis } from '../support/services';
import { openTab } from '../support/socket-client';

const MINUTE = 60_000;
const IDLE = 8000;
/** Almost all of the idle time, in which the test has to answer. */
const WARNING = 7000;
/** A sample of the database's clock is only as good as half its round trip; the nodes' clocks are wrong by far more; ms. */
const TOLERANCE = 1000;

let redis: Redis;
let database: Connection;
let right: ServerNode;
let behind: ServerNode;
let ahead: ServerNode;

beforeAll(async () => {
  redis = await startRedis();
  const url = await migratedDatabase();
  database = await createConnection(url);
  const env = {
    DATABASE_URL: url,
    REDIS_URL: redis.url,
    ENCRYPTION_KEYS: encryptionKey(),
    SESSION_IDLE_TIMEOUT: `${IDLE}ms`,
    SESSION_EXPIRY_WARNING: `${WARNING}ms`,
  };
  const wrong = (minutes: number) =>
    startNode({
      ...env,
      NODE_OPTIONS: `--require ${join(__dirname, 'support/wrong-clock.cjs')}`,
      CLOCK_OFF: String(minutes * MINUTE),
    });
  right = await startNode(env);
  [behind, ahead] = await Promise.all([wrong(-5), wrong(5)]);
  await hearing([right, behind, ahead]);
});
afterAll(async () => {
  await Promise.all([right, behind, ahead].map((node) => node.stop()));
  await database.end();
  await redis.stop();
});

it('ends and extends sessions correctly on nodes five minutes behind and ahead', async () => {
  const client = new TestClient(behind.url);
  const begun = Date.now();
  const { session } = (await client.register()).body;
  const deadline = Date.parse(session.idle_expires_at);
  expect(Math.abs(deadline - begun - IDLE)).toBeLessThan(MINUTE);
  const tabs = await Promise.all([behind, ahead, right].map((node) => openTab(client.at(node.url))));
  await Promise.all(tabs.map((tab) => tab.waitFor('session:expiring')));
  const { idle_expires_at } = (await client.at(ahead.url).post<ExtendedView>('/api/session/extend')).body;
  const extended = Date.parse(idle_expires_at);
  expect(extended).toBeGreaterThan(deadline);
  expect(Math.abs(extended - Date.now() - IDLE)).toBeLessThan(MINUTE);
  for (const tab of tabs) {
    const ended = await tab.waitFor('session:ended', undefined, 2 * IDLE);
    const told = Date.now();
    expect(Date.parse(ended.at)).toBeGreaterThanOrEqual(extended);
    expect(told).toBeGreaterThan(extended - TOLERANCE);
    expect(tab.of('session:extended')).toHaveLength(1);
  }
  process.stdout.write(`clocks wrong by five minutes: tabs told ${Date.now() - extended} ms after the deadline\n`);
  expect(Date.now()).toBeLessThan(extended + IDLE);
});

it('ends a session with two tabs on each of three nodes once, and notifies each tab once', async () => {
  const client = new TestClient(right.url);
  const { session } = (await client.register()).body;
  const urls = [right, behind, ahead, right, behind, ahead].map((node) => node.url);
  const tabs = await Promise.all(urls.map((url) => openTab(client.at(url))));
  await Promise.all(tabs.map((tab) => tab.closed));
  for (const tab of tabs) {
    expect(tab.of('session:expiring')).toEqual([expect.objectContaining({ session_id: session.id, reason: 'idle' })]);
    expect(tab.of('session:ended')).toEqual([
      expect.objectContaining({ session_id: session.id, reason: 'idle', error_code: 'SESSION_EXPIRED' }),
    ]);
  }
  await client.login();
  const { events } = (await client.get<AuditView>('/api/audit')).body;
  const ends = events.filter(({ type, session_id }) => type === 'session_ended' && session_id === session.id);
  expect(ends).toEqual([expect.objectContaining({ reason: 'idle' })]);
});

it('detects open tabs on every node', async () => {
  const client = new TestClient(right.url);
  /** Expiry is not the point here. */
  const lastsAnHour = ({ body }: { body: RestSessionState }) =>
    database.query(
      'UPDATE vedfolnir_user_sessions SET idle_expires_at = idle_expires_at + INTERVAL 1 HOUR WHERE id = ?',
      [body.session.id],
    );
  await lastsAnHour(await client.register());
  const nodes = [right, behind, ahead];
  const devices: TestClient[] = [];
  for (const { url } of nodes) {
    const device = client.device('phone').at(url);
    await lastsAnHour(await device.login());
    await openTab(device);
    devices.push(device);
  }
  for (const { url } of nodes) {
    await eventually(async () => {
      const { sessions } = (await client.at(url).get<{ sessions: DeviceView[] }>('/api/sessions')).body;
      expect(sessions.map(({ current, online }) => [current, online])).toEqual(
        expect.arrayContaining([[true, false], ...devices.map(() => [false, true])]),
      );
      expect(sessions.filter(({ online }) => online)).toHaveLength(devices.length);
    });
  }
});
