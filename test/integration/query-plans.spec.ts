/** What requests, sockets and timers ask of the database reads by an index and sorts nothing, however many rows there are. */
import type { EntityManager } from 'typeorm';
import { AuditRepository } from '../../src/audit/audit.repository';
import { UserRepository } from '../../src/auth/user.repository';
import { Connections } from '../../src/database/connections';
import { parseDatabaseUrl } from '../../src/database/database-url';
import { PlatformRepository } from '../../src/platform/platform.repository';
import { PublishingRepository } from '../../src/publishing/outbox/publishing.repository';
import { PostRepository } from '../../src/publishing/posts/post.repository';
import { SessionRepository } from '../../src/session/session.repository';
import type { SessionContext } from '../../src/session/session-context';
import { SessionTerminationRepository } from '../../src/session/session-termination.repository';
import { migratedDatabase } from '../support/services';

const USERS = 3000;
const USER = 1500;
const AT_LIMIT = { instanceUrls: ['https://b.example'], userIds: [USER + 1] };

const SEED = [
  `INSERT INTO vedfolnir_users (id, username, username_key, email, email_key, password_hash, role, revision, changed_at,
    created_at) SELECT seq, seq, seq, seq, seq, '-', 'user', 1, NOW(3) - INTERVAL seq MINUTE, NOW(3)
    FROM seq_1_to_${USERS}`,
  `INSERT INTO vedfolnir_platform_connections (id, user_id, name, platform_type, instance_url, account_key, access_token,
    is_default, is_active, created_at, next_check_at) SELECT seq, 1 + seq DIV 2, 'name', 'mastodon', 'https://a.example',
    seq, '-', 0, 1, NOW(3), NOW(3) + INTERVAL seq MINUTE FROM seq_0_to_${2 * USERS - 1} WHERE seq > 0`,
  `INSERT INTO vedfolnir_user_sessions (id, user_id, token_hash, active_platform_id, user_agent, ip_address, created_at,
    last_activity_at, authenticated_at, idle_expires_at, absolute_expires_at) SELECT seq, 1 + seq DIV 3, seq,
    1 + 2 * (seq DIV 3), '', '', NOW(3) - INTERVAL seq SECOND, NOW(3), NOW(3), NOW(3) + INTERVAL seq MINUTE,
    NOW(3) + INTERVAL seq HOUR FROM seq_0_to_${3 * USERS - 1}`,
  `INSERT INTO vedfolnir_posts (user_id, platform_connection_id, content, visibility, status, created_at)
    SELECT 1 + seq MOD ${USERS}, 1 + 2 * (seq MOD ${USERS} DIV 2), 'text', 'public', 'published',
    NOW(3) - INTERVAL seq SECOND FROM seq_1_to_${3 * USERS}`,
  `INSERT INTO vedfolnir_audit_events (at, type, user_id, device, ip_address)
    SELECT NOW(3) - INTERVAL seq SECOND, 'sign_in', 1 + seq MOD ${USERS}, '', '' FROM seq_1_to_${3 * USERS}`,
  `ANALYZE TABLE vedfolnir_users, vedfolnir_platform_connections, vedfolnir_user_sessions, vedfolnir_posts,
    vedfolnir_audit_events`,
];

interface Plan {
  table: string | null;
  type: string | null;
  Extra: string | null;
}

const users = new UserRepository();
const sessions = new SessionRepository();
const terminations = new SessionTerminationRepository();
const platforms = new PlatformRepository();
const posts = new PostRepository();
const publishing = new PublishingRepository();
const audit = new AuditRepository();
const now = new Date();
const before = new Date(now.getTime() - 10_000);
const sessionIds = ['10', '20', '30'];
const caller = async (em: EntityManager): Promise<SessionContext> => (await sessions.findById(em, `${3 * USER}`))!;

const HOT_PATHS: [string, (em: EntityManager) => Promise<unknown>][] = [
  ['a sign-in', (em) => users.findByLogin(em, `${USER}`)],
  ['a change that the tabs must see', (em) => sessions.raiseRevision(em, USER, now)],
  ['a read by its cookie', (em) => sessions.findByTokenHashes(em, sessionIds)],
  ['a crowd that connects', (em) => sessions.findByIds(em, sessionIds)],
  ['a switch', async (em) => sessions.lockForSwitch(em, await caller(em), 2 * USER)],
  ['the sessions that a switch moves', async (em) => sessions.moveSessions(em, await caller(em), 2 * USER, 'all', now)],
  ['the session that is pinned', async (em) => sessions.moveSessions(em, await caller(em), 2 * USER, 'session', now)],
  ['an activity', async (em) => sessions.recordActivity(em, (await caller(em)).session, now, now)],
  ['the changes of the last seconds', (em) => sessions.changesSince(em, before, 5000)],
  ['a device list', (em) => sessions.listLive(em, USER, now)],
  ['the start of a session', (em) => sessions.startingPlatform(em, USER)],
  ['sessions that expire on time', (em) => terminations.lockExpired(em, { sessionIds }, now, 3)],
  ['a sweep of idle sessions', (em) => terminations.lockExpired(em, { past: 'idle' }, now, 500)],
  ['a sweep of old sessions', (em) => terminations.lockExpired(em, { past: 'absolute' }, now, 500)],
  ['a sign-out everywhere', (em) => terminations.lockUnended(em, { userIds: [USER] })],
  ['sessions that are forgotten', (em) => terminations.prune(em, {}, before, 500)],
  ['the connections of a person', (em) => platforms.list(em, USER)],
  ['the fence of a post', (em) => platforms.findActive(em, USER, 2 * USER)],
  ['connections that are due', (em) => platforms.findDue(em, now, [1], AT_LIMIT)],
  ['a page of posts', (em) => posts.list(em, 2 * USER, 50)],
  ['a further page of posts', (em) => posts.list(em, 2 * USER, 50, { createdAt: now, id: 100 })],
  ['posts that are due', (em) => publishing.nextDue(em, now, [1], AT_LIMIT)],
  ['events that are forgotten', (em) => audit.prune(em, before, 500)],
  ['a trail', (em) => audit.list(em, 50, USER)],
];

let connections: Connections;
let heard: { sql: string; values: unknown[] }[] = [];

beforeAll(async () => {
  connections = await Connections.open(parseDatabaseUrl(await migratedDatabase()), 2);
  for (const sql of SEED) await connections.writer.query(sql);
  const { logger } = connections.writer;
  logger.logQuery = (sql, values: unknown[] = []) => {
    heard.push({ sql, values });
  };
});
afterAll(() => connections.close());

it.each(HOT_PATHS)('%s: no table is read as a whole, and nothing is sorted', async (_, work) => {
  heard = [];
  await connections.writer.transaction((em) => work(em));
  const statements = heard.filter(({ sql }) => /^\s*(SELECT|UPDATE|DELETE)/i.test(sql));
  expect(statements).not.toEqual([]);
  for (const { sql, values } of statements) {
    const plans = await connections.writer.query<Plan[]>(`EXPLAIN ${sql}`, values);
    const bad = plans.filter(
      ({ type, Extra }) => ['ALL', 'index'].includes(type ?? '') || /filesort|temporary/i.test(Extra ?? ''),
    );
    expect({ sql, bad }).toEqual({ sql, bad: [] });
  }
});
