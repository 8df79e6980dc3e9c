/** Sessions expire on time: none early, none missed, each ended once although several nodes watch. */
import { randomUUID } from 'node:crypto';
import { DomainEvents } from '../../src/common/domain-events';
import { Connections } from '../../src/database/connections';
import { parseDatabaseUrl } from '../../src/database/database-url';
import { UserSession } from '../../src/database/entities/user-session.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { hashSecret, newSecret } from '../../src/session/session-token';
import { BACKENDS, encryptionKey, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import { startNode } from '../support/server';
import { migratedDatabase, startRedis } from '../support/services';
import { openTab, type Tab } from '../support/socket-client';

const IDLE = 9000;
/** Time to answer the warning. */
const WARNING = 6000;

describe.each(BACKENDS)('$name', (backend) => {
  let running: Running;
  beforeAll(async () => {
    running = await backend.start({ SESSION_IDLE_TIMEOUT: `${IDLE}ms`, SESSION_EXPIRY_WARNING: `${WARNING}ms` });
  });
  afterAll(() => running.stop());

  async function person(): Promise<{ client: TestClient; tabs: Tab[] }> {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const urls = [running.nodes[0]!.url, running.nodes.at(-1)!.url];
    const tabs = await Promise.all(urls.map((url) => openTab({ url, cookie: client.cookie })));
    await Promise.all(tabs.map((tab) => tab.waitFor('session:state')));
    return { client, tabs };
  }

  it('signs an idle user out on time, despite the background requests of tabs', async () => {
    const { client, tabs } = await person();
    const deadline = Date.parse(tabs[0]!.of('session:state')[0]!.session.idle_expires_at);
    let over = false;
    // Background requests of pages: polls, refreshes, syncs. They do not count as user activity.
    const timers = (async () => {
      while (!over) {
        await client.get('/api/session');
        await client.get('/api/user_platforms', { headers: { 'x-background': 'true' } });
        await tabs[0]!.sync().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    try {
      for (const tab of tabs) {
        const warning = await tab.waitFor('session:expiring');
        expect(warning).toMatchObject({ reason: 'idle', expires_at: new Date(deadline).toISOString() });
        const ended = await tab.waitFor('session:ended', undefined, 30_000);
        expect(ended).toMatchObject({ reason: 'idle', error_code: 'SESSION_EXPIRED' });
        expect(Date.parse(ended.at)).toBeGreaterThanOrEqual(deadline);
        await tab.closed;
        expect(tab.of('session:ended')).toHaveLength(1);
      }
    } finally {
      over = true;
      await timers;
    }
    expect((await client.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_EXPIRED' });
  });

  it('keeps an active user signed in, and clears the warning in all tabs', async () => {
    const { tabs } = await person();
    const first = tabs[0]!.of('session:state')[0]!.session.idle_expires_at;
    await Promise.all(tabs.map((tab) => tab.waitFor('session:expiring')));
    const answer = await tabs[1]!.activity();
    expect(Date.parse(answer.idle_expires_at)).toBeGreaterThan(Date.parse(first));
    for (const tab of tabs) {
      const extended = await tab.waitFor('session:extended');
      expect(extended.idle_expires_at).toBe(answer.idle_expires_at);
    }
    // Past the first deadline, and warned again before the second.
    for (const tab of tabs) {
      await tab.waitFor('session:expiring', ({ expires_at }) => expires_at === answer.expires_at);
      expect(tab.of('session:ended')).toEqual([]);
      expect(tab.connected).toBe(true);
    }
  });

  it('warns a tab that is opened late', async () => {
    const { client, tabs } = await person();
    await tabs[0]!.waitFor('session:expiring');
    const late = await openTab({ url: client.url, cookie: client.cookie });
    expect(await late.waitFor('session:expiring')).toMatchObject({ reason: 'idle' });
  });
});

describe('many at once, on three nodes', () => {
  const SESSIONS = FULL ? 2000 : 150;
  const BATCH = 50;

  it(`ends ${SESSIONS} connected sessions within 5 s`, async () => {
    const [url, redis] = [await migratedDatabase(), await startRedis()];
    const env = { DATABASE_URL: url, REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey() };
    const nodes = [await startNode(env), await startNode(env), await startNode(env)];
    const client = new TestClient(nodes[0]!.url);
    const { user } = (await client.register()).body;
    const connections = await Connections.open(parseDatabaseUrl(url), 5);
    const work = new UnitOfWork(connections, new DomainEvents());

    const lags: number[] = [];
    const ended = new Map<string, number>();
    const opened: Tab[] = [];
    /** All expire from then on; later only where the tabs took longer to open. */
    const together = Date.now() + 10_000 + SESSIONS * 10;
    let last = 0;
    for (let from = 0; from < SESSIONS; from += BATCH) {
      const now = Date.now();
      const first = Math.max(together, now + 15_000);
      const batch = Array.from({ length: BATCH }, (_, index) => ({
        secret: newSecret(),
        id: randomUUID() as string,
        expires: new Date(first + Math.floor(((from + index) / SESSIONS) * 5000)),
      }));
      last = batch.at(-1)!.expires.getTime();
      const rows = batch.map(({ secret, id, expires }) => ({
        id,
        userId: user.id,
        tokenHash: hashSecret(secret),
        activePlatformId: null,
        userAgent: '',
        ipAddress: '127.0.0.1',
        createdAt: new Date(now),
        authenticatedAt: new Date(now),
        lastActivityAt: new Date(now),
        idleExpiresAt: expires,
        absoluteExpiresAt: new Date(now + 86_400_000),
        endedAt: null,
        endReason: null,
      }));
      await work.write(({ em }) => em.insert(UserSession, rows));
      const some = batch.map(async ({ secret, expires }, index) => {
        const tab = await openTab({ url: nodes[index % 3]!.url, cookie: `vedfolnir_session=${secret}` });
        tab.socket.on('session:ended', ({ session_id }) => {
          lags.push(Date.now() - expires.getTime());
          ended.set(session_id, (ended.get(session_id) ?? 0) + 1);
        });
        opened.push(tab);
      });
      await Promise.all(some);
    }
    await eventually(() => expect(ended.size).toBe(SESSIONS), {
      timeout: last - Date.now() + 30_000,
      interval: 250,
    });
    await Promise.all(opened.map((tab) => tab.closed));

    lags.sort((a, b) => a - b);
    const at = (share: number) => lags[Math.min(lags.length - 1, Math.floor(lags.length * share))];
    process.stdout.write(
      `${SESSIONS} sessions ended: lag p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, earliest ${lags[0]} ms, most ${lags.at(-1)} ms\n`,
    );
    expect([...ended.values()].every((count) => count === 1)).toBe(true);
    // Both sides use the same machine's clock; a sample of the database's is as good as half its round trip.
    expect(lags[0]).toBeGreaterThan(-500);
    const rows = await work.read((em) => em.find(UserSession, { where: { endReason: 'idle' } }));
    expect(rows).toHaveLength(SESSIONS);
    expect(rows.filter(({ endedAt, idleExpiresAt }) => endedAt! < idleExpiresAt)).toEqual([]);
    await connections.close();
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  }, 300_000);
});
