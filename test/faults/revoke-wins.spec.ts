/** Concurrent revocation, switch, post and expiry: an ended session stays ended, and posts go to the named platform. */
import { randomUUID } from 'node:crypto';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { PlatformView, RestSessionState } from '../../src/protocol/http';
import { hashSecret, newSecret } from '../../src/session/session-token';
import { connectPlatforms } from '../integration/support/scenario';
import { encryptionKey } from '../support/backends';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import { hearing, type ServerNode, startNode } from '../support/server';
import { migratedDatabase, type Redis, startRedis } from '../support/services';
import { openTab } from '../support/socket-client';

const RACES = FULL ? 10_000 : 120;
/** Concurrent races, each with its own user. */
const LANES = 8;
/** In every n-th race the session expires during it. */
const EXPIRES = 3;
/** How long after the response a read may still be accepted; ms. */
const READS_UNTIL = 3000;

interface Call {
  what: 'switch' | 'post' | 'extend' | 'read';
  asked: number;
  status: number;
  code: unknown;
  /** For posts: the named platform, and the outcome. */
  named?: number;
  post?: number;
}

interface Race {
  sessionId: string;
  /** Time and status of the revocation's response. */
  answered: number;
  status: number;
  calls: Call[];
}

let redis: Redis;
let url: string;
let nodes: ServerNode[];
let database: Connection;

beforeAll(async () => {
  [url, redis] = await Promise.all([migratedDatabase(), startRedis()]);
  const env = { DATABASE_URL: url, REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey() };
  nodes = [await startNode(env), await startNode(env)];
  database = await createConnection({ uri: url, timezone: 'Z' });
  await hearing(nodes);
});
afterAll(async () => {
  await database.end();
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.stop();
});

/** Signs in a device without hashing a password. */
async function signIn(userId: number, platformId: number): Promise<{ sessionId: string; client: TestClient }> {
  const [sessionId, secret, now] = [randomUUID() as string, newSecret(), new Date()];
  const [soon, late] = [new Date(now.getTime() + 3_600_000), new Date(now.getTime() + 86_400_000)];
  await database.query(
    `INSERT INTO vedfolnir_user_sessions (id, user_id, token_hash, active_platform_id, user_agent, ip_address, created_at,
       last_activity_at, idle_expires_at, absolute_expires_at) VALUES (?, ?, ?, ?, 'vedfolnir-tests', '127.0.0.1', ?, ?, ?, ?)`,
    [sessionId, userId, hashSecret(secret), platformId, now, now, soon, late],
  );
  const client = new TestClient(nodes[0]!.url);
  client.cookie = `vedfolnir_session=${secret}`;
  return { sessionId, client };
}

async function race(owner: TestClient, userId: number, platforms: PlatformView[], index: number): Promise<Race> {
  const [first, second] = platforms as [PlatformView, PlatformView];
  const { sessionId, client } = await signIn(userId, first.id);
  // Caches the session on both nodes, and gives the client its token.
  for (const node of nodes) await client.at(node.url).get<RestSessionState>('/api/session');
  const tab = index % 10 === 0 ? await openTab(client) : null;
  const calls: Call[] = [];
  const at = (turn: number) => client.at(nodes[turn % 2]!.url);
  const call = async (what: Call['what'], turn: number) => {
    const asked = performance.now();
    const named = (turn % 2 ? first : second).id;
    const headers = { 'x-platform-id': String(named), ...(turn % 4 < 2 && { 'x-platform-pinned': 'true' }) };
    const { status, body } = await {
      switch: () => at(turn).post(`/api/switch_platform/${named}`),
      post: () => at(turn).post('/api/posts', { content: sessionId }, { headers }),
      extend: () => at(turn).post('/api/session/extend'),
      read: () => at(turn).get('/api/session'),
    }[what]();
    const isPost = what === 'post' && status < 300;
    calls.push({ what, asked, status, code: body.error_code, ...(isPost && { named, post: Number(body.id) }) });
  };
  const revoking = owner
    .at(nodes[(index >> 1) % 2]!.url)
    .delete(`/api/sessions/${sessionId}`)
    .then(({ status }) => ({ status, answered: performance.now() }));
  const expiring =
    index % EXPIRES === 0 &&
    database.query('UPDATE vedfolnir_user_sessions SET idle_expires_at = NOW(3) WHERE id = ? AND ended_at IS NULL', [
      sessionId,
    ]);
  await Promise.all([call('switch', index), call('post', index), call('post', index + 1), call('extend', index)]);
  const outcome = await revoking;
  await expiring;
  for (const node of [0, 1]) {
    await Promise.all((['switch', 'post', 'extend', 'read'] as const).map((what) => call(what, node)));
  }
  await tab?.closed;
  return { sessionId, ...outcome, calls };
}

/** Checks the whole history against the database. @returns violations */
async function check(races: Race[]): Promise<string[]> {
  const wrong: string[] = [];
  const rows = async (sql: string) => (await database.query<RowDataPacket[]>(sql))[0];
  const posts = new Map(
    (await rows('SELECT id, platform_connection_id AS at FROM vedfolnir_posts')).map((r) => [r.id, r.at]),
  );
  const ends = new Map(
    (
      await rows(
        "SELECT session_id AS id, COUNT(*) AS n FROM vedfolnir_audit_events WHERE type = 'session_ended' GROUP BY session_id",
      )
    ).map((row) => [row.id, Number(row.n)]),
  );
  const sessions = new Map(
    (await rows('SELECT id, end_reason AS reason FROM vedfolnir_user_sessions')).map((row) => [row.id, row.reason]),
  );
  // Writers hold the user's row, so audit entries are in commit order.
  const late = await rows(`
    SELECT a.session_id AS id FROM vedfolnir_audit_events a JOIN vedfolnir_audit_events e ON e.session_id = a.session_id
    WHERE e.type = 'session_ended' AND e.reason = 'revoked' AND a.type = 'platform_switched' AND a.id > e.id`);
  for (const { id } of late) wrong.push(`I1: ${id} switched after it was ended`);
  const acknowledged = new Set<number>();
  for (const { sessionId, answered, status, calls } of races) {
    const reason = sessions.get(sessionId);
    if (ends.get(sessionId) !== 1) wrong.push(`${sessionId} ended ${ends.get(sessionId) ?? 0} times`);
    if (status === 204 ? reason !== 'revoked' : !(status === 404 && reason === 'idle')) {
      wrong.push(`${sessionId}: revocation answered ${status}, ended by ${reason}`);
    }
    for (const each of calls) {
      const late = each.asked - answered;
      if (each.status >= 500) wrong.push(`${each.what} failed: ${each.status} ${each.code}`);
      const accepted = each.status !== 401;
      if (accepted && late > (each.what === 'read' ? READS_UNTIL : 0)) {
        wrong.push(`I1: ${each.what} ${each.status} ${each.code}, ${Math.round(late)} ms after`);
      }
      if (each.post === undefined) continue;
      acknowledged.add(each.post);
      if (posts.get(each.post) !== each.named) wrong.push(`I2: post for ${each.named} at ${posts.get(each.post)}`);
    }
  }
  for (const id of posts.keys()) if (!acknowledged.has(id)) wrong.push(`post ${id} that nobody was told of`);
  return wrong;
}

it(`lets the revocation win, ${RACES} times`, async () => {
  const races: Race[] = [];
  let next = 0;
  const lane = async () => {
    const owner = new TestClient(nodes[0]!.url);
    const { user } = (await owner.register()).body;
    const platforms = await connectPlatforms(owner);
    for (let index = next++; index < RACES; index = next++) races.push(await race(owner, user.id, platforms, index));
  };
  await Promise.all(Array.from({ length: LANES }, lane));

  const reads = races.flatMap(({ calls, answered }) =>
    calls.filter(({ what, status }) => what === 'read' && status === 200).map(({ asked }) => asked - answered),
  );
  const counts: Record<string, number> = {};
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  for (const { status, calls } of races) {
    count(`revoke ${status}`);
    for (const { what, status: answer } of calls) count(`${what} ${answer}`);
  }
  const wrong = await check(races);
  process.stdout.write(
    `${RACES} races: ${wrong.length} violations, last accepted read ${Math.round(Math.max(0, ...reads))} ms after, ${JSON.stringify(counts)}\n`,
  );
  expect(wrong).toEqual([]);
  // Otherwise nothing ran concurrently.
  for (const both of ['post 201', 'switch 200', 'post 401', 'switch 401']) expect(counts[both]).toBeGreaterThan(0);
}, 1_200_000);
