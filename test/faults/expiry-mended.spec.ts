/** Sessions expire on time even if an event was lost, the database failed, or another transaction held the row. */
import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { ExpirySweep } from '../../src/session/batch/expiry-sweep';
import { ChangeFeed } from '../../src/session/cache/change-feed';
import { SessionLifecycleService } from '../../src/session/session-lifecycle.service';
import { SessionTerminator } from '../../src/session/session-terminator';
import { type App, closeApps, startApp } from '../integration/support/app';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { migratedDatabase } from '../support/services';
import { closeTabs, openTab, type Tab } from '../support/socket-client';

const IDLE = 5000;
/** Almost all of the idle time: a test may need some of it to open its tabs, and to act after the warning. */
const WARNING = 4000;
let url: string;

beforeEach(async () => {
  url = await migratedDatabase();
});
afterEach(async () => {
  jest.restoreAllMocks();
  closeTabs();
  await closeApps();
});

const start = (env: Record<string, string> = {}) =>
  startApp(url, { SESSION_IDLE_TIMEOUT: `${IDLE}ms`, SESSION_EXPIRY_WARNING: `${WARNING}ms`, ...env });

async function person(app: App): Promise<{ client: TestClient; tab: Tab; sessionId: string; deadline: number }> {
  const client = new TestClient(app.url);
  await client.register();
  const tab = await openTab(client);
  const { session } = await tab.waitFor('session:state');
  return { client, tab, sessionId: session.id, deadline: Date.parse(session.idle_expires_at) };
}

/** Updates the row directly, so that no node publishes an event. */
async function moveDeadline(sessionId: string, to: number) {
  const connection = await createConnection({ uri: url, timezone: 'Z' });
  await connection.beginTransaction();
  const sql = 'UPDATE vedfolnir_user_sessions SET last_activity_at = ?, idle_expires_at = ? WHERE id = ?';
  await connection.query(sql, [new Date(to - IDLE), new Date(to), sessionId]);
  return async () => {
    await connection.commit();
    await connection.end();
  };
}

it('retries if the database failed at the deadline', async () => {
  const app = await start();
  const ending = jest.spyOn(app.get(SessionTerminator), 'endExpiredIn').mockRejectedValueOnce(new Error('away'));
  const { tab, deadline } = await person(app);
  const { reason, at } = await tab.waitFor('session:ended');
  expect([reason, ending.mock.calls.length]).toEqual(['idle', 2]);
  expect(Date.parse(at)).toBeGreaterThanOrEqual(deadline);
  await tab.closed;
});

it('keeps watching a session that is being extended at its deadline, and notifies its tab', async () => {
  const app = await start();
  const { tab, sessionId, deadline } = await person(app);
  await tab.waitFor('session:expiring');
  const commit = await moveDeadline(sessionId, deadline + IDLE);
  const calls = jest.spyOn(app.get(SessionLifecycleService), 'expireIfDue');
  await eventually(() => expect(calls.mock.results.length).toBeGreaterThan(0));
  await calls.mock.results[0]!.value;
  expect(tab.of('session:ended')).toEqual([]);
  await commit();
  const extended = await tab.waitFor('session:extended');
  expect(Date.parse(extended.idle_expires_at)).toBe(deadline + IDLE);
  await tab.waitFor('session:expiring', ({ expires_at }) => Date.parse(expires_at) === deadline + IDLE);
  const { at } = await tab.waitFor('session:ended');
  expect(Date.parse(at)).toBeGreaterThanOrEqual(deadline + IDLE);
});

it('sends the reason once to a tab that sends many messages while the expired session’s row is locked', async () => {
  const app = await start({ SESSION_IDLE_TIMEOUT: '1h' });
  const { tab, sessionId, deadline } = await person(app);
  const commit = await moveDeadline(sessionId, deadline);
  app.clock.advance(2 * 3_600_000);
  await Promise.allSettled(Array.from({ length: 20 }, () => tab.sync()));
  await tab.closed;
  const reason = { reason: 'idle', error_code: 'SESSION_EXPIRED' };
  expect(tab.of('session:ended')).toEqual([expect.objectContaining(reason)]);
  await commit();
});

it('notifies a tab of an extension whose event was lost, before and after the warning', async () => {
  // A warned session is looked at again after 10 s, well before its first deadline.
  const app = await start({ SESSION_IDLE_TIMEOUT: '22s', SESSION_EXPIRY_WARNING: '17s' });
  const [early, warned] = await Promise.all([person(app), person(app)]);
  const lose = async ({ sessionId, deadline }: typeof early) => (await moveDeadline(sessionId, deadline + 600_000))();
  await lose(early);
  await warned.tab.waitFor('session:expiring');
  await lose(warned);
  for (const { tab, deadline } of [early, warned]) {
    const extended = await tab.waitFor('session:extended', undefined, 20_000);
    expect(Date.parse(extended.idle_expires_at)).toBe(deadline + 600_000);
    expect(extended.server_time < new Date(deadline).toISOString()).toBe(true);
  }
  expect(early.tab.of('session:expiring')).toEqual([]);
});

it('notifies an open tab of an extension that a new tab revealed', async () => {
  const app = await start({ SESSION_IDLE_TIMEOUT: '1h' });
  const { client, tab, sessionId, deadline } = await person(app);
  await (await moveDeadline(sessionId, deadline + 600_000))();
  await openTab(client);
  expect(Date.parse((await tab.waitFor('session:extended')).idle_expires_at)).toBe(deadline + 600_000);
});

it('closes the tabs of a session that another node ended without an event', async () => {
  // Without Redis neither node sends events to the other.
  const [here, there] = [await start(), await start()];
  const { client, tab } = await person(here);
  const elsewhere = await openTab({ url: there.url, cookie: client.cookie });
  // Keeps the other node from ending the session.
  jest.spyOn(there.get(SessionTerminator), 'endExpiredIn').mockResolvedValue([]);
  for (const each of [tab, elsewhere]) {
    expect(await each.waitFor('session:ended')).toMatchObject({ reason: 'idle', error_code: 'SESSION_EXPIRED' });
    await each.closed;
    expect(each.of('session:ended')).toHaveLength(1);
  }
});

it('does not affect other sessions when thousands expire at once', async () => {
  const app = await start({ SESSION_IDLE_TIMEOUT: '1h' });
  const { client, tab } = await person(app);
  const { user } = tab.of('session:state')[0]!;
  const connection = await createConnection({ uri: url, timezone: 'Z' });
  await connection.query(
    `INSERT INTO vedfolnir_user_sessions (id, user_id, token_hash, user_agent, ip_address, created_at, last_activity_at,
       idle_expires_at, absolute_expires_at)
     SELECT UUID(), ?, SHA2(CONCAT(?, seq), 256), '', '127.0.0.1', NOW(3), NOW(3), NOW(3), NOW(3) FROM seq_1_to_6000`,
    [user.id, randomUUID()],
  );
  await connection.end();
  expect(await app.get(ExpirySweep).run(true)).toBe(6000);
  const calls: boolean[] = [];
  app.get(ChangeFeed).onChanges(({ complete }) => void calls.push(complete));
  await eventually(() => expect(calls.length).toBeGreaterThan(2));
  expect(calls).not.toContain(false);
  await tab.sync();
  expect(tab.of('session:state')).toHaveLength(1);
  expect((await client.get('/api/session')).status).toBe(200);
});
