/** A database that is down or does not answer: requests get 503 with Retry-After, and nodes neither hang nor exit. */
import { DomainEvents } from '../../src/common/domain-events';
import { Connections } from '../../src/database/connections';
import { DatabaseClock } from '../../src/database/database-clock';
import { parseDatabaseUrl } from '../../src/database/database-url';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { RestSessionState, SwitchResult } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { type Answer, type Json, TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { type MariaDb, migratedDatabase, startMariaDb } from '../support/services';
import { openTab } from '../support/socket-client';
import { startTcpProxy } from '../support/tcp-proxy';

let database: MariaDb;
let node: ServerNode;
let client: TestClient;

beforeAll(async () => {
  database = await startMariaDb();
  const DATABASE_URL = await migratedDatabase(database.url());
  node = await startNode({ DATABASE_URL, ENCRYPTION_KEYS: encryptionKey() });
  client = new TestClient(node.url);
  await client.register();
});
afterAll(async () => {
  await node.stop();
  await database.stop();
});

async function expectAway(): Promise<void> {
  const started = performance.now();
  const answers = await Promise.all([
    client.get('/api/user_platforms'),
    client.post('/api/session/extend'),
    client.post('/api/posts', { content: 'x' }, { headers: { 'x-platform-id': '1' } }),
    new TestClient(node.url).post('/api/auth/login', { username: 'u', password: 'p' }),
  ]);
  for (const { status, headers, body } of answers) {
    expect([status, body.error_code, body.retry_after]).toEqual([503, 'DATABASE_ERROR', 30]);
    expect(headers['retry-after']).toBe('30');
  }
  expect(performance.now() - started).toBeLessThan(25_000);
  // Until the cached session may no longer be used (3 s), pages are still rendered from the cache.
  await eventually(async () => {
    const page = await client.get('/devices', { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.location]).toEqual([303, '/']);
  });
  const home = await client.get<string>('/', { headers: { accept: 'text/html' } });
  expect(home.status).toBe(503);
  expect(home.text).toContain('Database error occurred. Please try again later.');
  expect((await client.get('/health/live')).status).toBe(200);
  expect((await client.get('/health/ready')).status).toBe(503);
  await expect(openTab({ url: node.url, cookie: client.cookie })).rejects.toMatchObject({
    data: { error_code: 'DATABASE_ERROR' },
  });
}

const expectBack = () =>
  eventually(async () => expect((await client.get('/api/user_platforms')).status).toBe(200), { timeout: 10_000 });

it('answers 503 while it is down, and recovers within 10 s with all acknowledged changes', async () => {
  const platforms = await connectPlatforms(client);
  const { revision } = (await client.post(`/api/switch_platform/${platforms[2]!.id}`)).body;
  await database.kill();
  await expectAway();
  await database.restart();
  await expectBack();
  const state = (await client.get<RestSessionState>('/api/session')).body;
  expect([state.revision, state.platform?.id]).toEqual([revision, platforms[2]!.id]);
}, 120_000);

it('answers 503 while it is frozen', async () => {
  await database.freeze();
  await expectAway();
  await database.thaw();
  await expectBack();
}, 120_000);

it('keeps an open tab connected, and up to date again afterwards', async () => {
  const tab = await openTab({ url: node.url, cookie: client.cookie });
  await tab.waitFor('session:state');
  await database.kill();
  await expect(tab.sync()).rejects.toMatchObject({ data: { error_code: 'DATABASE_ERROR' } });
  expect(tab.connected).toBe(true);
  await database.restart();
  await eventually(async () => expect((await tab.sync()).authenticated).toBe(true), { timeout: 10_000 });
}, 120_000);

it('answers, or fails with 503, while the database is two seconds late; accepts no revoked session and loses no acknowledged change', async () => {
  const late = await startTcpProxy(database.port);
  const url = new URL(await migratedDatabase(database.url()));
  url.port = String(late.port);
  const slow = await startNode({ DATABASE_URL: url.href, ENCRYPTION_KEYS: encryptionKey() });
  const person = new TestClient(slow.url);
  await person.register();
  const platforms = await connectPlatforms(person);
  const [gone, kept] = [person.device('gone'), person.device('kept')];
  for (const device of [gone, kept]) await device.login();
  const tab = await openTab({ url: slow.url, cookie: kept.cookie });
  const { session, revision } = (await gone.get<RestSessionState>('/api/session')).body;
  expect((await person.delete(`/api/sessions/${session.id}`)).status).toBe(204);

  late.slow(2000);
  const statuses: Record<string, number> = {};
  let acknowledged: SwitchResult | null = null;
  let longest = 0;
  const ask = async (what: string, asking: () => Promise<Answer<Json>>) => {
    const started = performance.now();
    const { status, headers, body } = await asking();
    longest = Math.max(longest, performance.now() - started);
    statuses[`${what} ${status}`] = (statuses[`${what} ${status}`] ?? 0) + 1;
    if (status === 503) {
      expect([body.error_code, body.retry_after, headers['retry-after']]).toEqual(['DATABASE_ERROR', 30, '30']);
    }
    return { status, body };
  };
  const switchTo = async (index: number) => {
    const { status, body } = await ask('switch', () => kept.post(`/api/switch_platform/${platforms[index % 3]!.id}`));
    const told = body as unknown as SwitchResult;
    expect([200, 503]).toContain(status);
    if (status === 200 && told.revision > (acknowledged?.revision ?? 0)) acknowledged = told;
  };
  const refused = async (asking: () => Promise<Answer<Json>>) => {
    const { status, body } = await ask('revoked', asking);
    expect(status === 503 || (status === 401 && body.error_code === 'SESSION_REVOKED')).toBe(true);
  };
  for (let round = 0; round < 2; round++) {
    const sent = Date.now();
    await Promise.all([
      ask('state', () => kept.get('/api/session')).then(({ status, body }) => {
        if (status !== 200) return;
        const time = Date.parse(String(body.server_time));
        expect(time).toBeGreaterThan(sent - 500);
        expect(time).toBeLessThan(Date.now() + 500);
      }),
      ask('read', () => kept.get('/api/user_platforms')).then(({ status }) => expect([200, 503]).toContain(status)),
      switchTo(round + 1),
      refused(() => gone.get('/api/user_platforms')),
      refused(() => gone.post('/api/session/extend')),
    ]);
  }
  process.stdout.write(`two seconds late: longest ${Math.round(longest)} ms, ${JSON.stringify(statuses)}\n`);
  expect(longest).toBeLessThan(25_000);
  expect((await kept.get('/health/live')).status).toBe(200);

  late.slow(0);
  await eventually(async () => expect((await kept.post(`/api/switch_platform/${platforms[2]!.id}`)).status).toBe(200), {
    timeout: 10_000,
  });
  const state = (await kept.get<RestSessionState>('/api/session')).body;
  const least = (acknowledged as SwitchResult | null)?.revision ?? revision;
  expect(state.revision).toBeGreaterThan(least);
  expect(state.platform?.id).toBe(platforms[2]!.id);
  await tab.waitFor('platform:switched', (event) => event.revision === state.revision);
  expect(slow.output()).not.toContain('Unhandled');
  await slow.stop();
  await late.close();
}, 120_000);

it('does not set the clock back because of a late response', async () => {
  const late = await startTcpProxy(database.port);
  const url = new URL(await migratedDatabase(database.url()));
  url.port = String(late.port);
  const connections = await Connections.open(parseDatabaseUrl(url.href), 2);
  late.slow(2000);
  try {
    const clock = new DatabaseClock(new UnitOfWork(connections, new DomainEvents()));
    await clock.start();
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(500);
    clock.onApplicationShutdown();
    late.slow(0);
  } finally {
    await connections.close();
  }
  await late.close();
});
