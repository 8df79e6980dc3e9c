/** Concurrent switches, and nodes killed during a switch: one order of events, and no partial changes. */
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { RestSessionState, SwitchResult } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { encryptionKey, type Running, startCluster } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import { type ServerNode, startNode } from '../support/server';
import { migratedDatabase, type Redis, startRedis } from '../support/services';
import { openTab } from '../support/socket-client';

const SWITCHES = FULL ? 1000 : 300;
/** Each round kills a node at each moment. */
const ROUNDS = FULL ? 12 : 1;

describe('three nodes with a pool of two', () => {
  let running: Running;
  beforeAll(async () => {
    running = await startCluster(3, { DATABASE_POOL: '2' });
  });
  afterAll(() => running.stop());

  it('serializes many parallel switches of one user in an order that every tab agrees on', async () => {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    const platforms = await connectPlatforms(client);
    const nodes = running.nodes.map((node) => client.at(node.url));
    const tabs = await Promise.all(nodes.map((node) => openTab({ url: node.url, cookie: client.cookie })));
    const start = (await client.get<RestSessionState>('/api/session')).body.revision;

    const answers = await Promise.all(
      Array.from({ length: SWITCHES }, (_, index) =>
        nodes[index % 3]!.post<SwitchResult>(`/api/switch_platform/${platforms[(index * 7) % 3]!.id}`),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const platformAt = new Map(answers.map(({ body }) => [body.revision, body.platform.id]));
    expect([...platformAt.keys()].sort((x, y) => x - y)).toEqual(
      Array.from({ length: SWITCHES }, (_, i) => start + i + 1),
    );

    const last = { revision: start + SWITCHES, platform: platformAt.get(start + SWITCHES) };
    for (const node of nodes) {
      const { body } = await node.get<RestSessionState>('/api/session');
      expect({ revision: body.revision, platform: body.platform?.id }).toEqual(last);
    }
    for (const tab of tabs) {
      await tab.waitFor('platform:switched', ({ revision }) => revision === last.revision, 30_000);
      await eventually(() => expect(tab.of('platform:switched').length).toBeGreaterThan(0.9 * SWITCHES));
      expect((await tab.sync()).revision).toBe(last.revision);
      // Events never contradict the responses of the same revision.
      for (const event of tab.of('platform:switched')) {
        expect(event.platform?.id).toBe(platformAt.get(event.revision));
      }
    }
  });
});

describe('a node that is killed', () => {
  let redis: Redis;
  let survivor: ServerNode;
  let env: Record<string, string>;
  /** Holds what a switch needs, and looks at what it does. */
  let database: Connection;

  beforeAll(async () => {
    const url = await migratedDatabase();
    redis = await startRedis();
    env = { DATABASE_URL: url, REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey() };
    survivor = await startNode(env);
    database = await createConnection(url);
  });
  afterAll(async () => {
    await database.end();
    await survivor.stop();
    await redis.stop();
  });

  /** The state that must be consistent wherever it is read. */
  async function state(client: TestClient, other: TestClient) {
    const [mine, theirs] = [
      (await client.get<RestSessionState>('/api/session')).body,
      (await other.get<RestSessionState>('/api/session')).body,
    ];
    return { revisions: [mine.revision, theirs.revision], platforms: [mine.platform?.id, theirs.platform?.id] };
  }

  const rows = async (sql: string, values: unknown[] = []) => (await database.query<RowDataPacket[]>(sql, values))[0];
  const isExecuting = async (statement: string) => {
    const others = 'db = DATABASE() AND id <> CONNECTION_ID()';
    return (await rows(`SELECT id FROM information_schema.processlist WHERE ${others} AND info LIKE ?`, [statement]))
      .length;
  };
  const hasRevision = async (userId: number, revision: number) =>
    (await rows('SELECT id FROM vedfolnir_users WHERE id = ? AND revision = ?', [userId, revision])).length;

  interface Moment {
    moment: string;
    /** Lets the switch come no further. */
    hold?: string[];
    /** Whether it has come so far. */
    reached(userId: number, revision: number): Promise<number>;
    release?: string;
    isMade: boolean;
  }
  const MOMENTS: Moment[] = [
    {
      moment: 'waits for the row of its user',
      hold: ['START TRANSACTION', 'SELECT id FROM vedfolnir_users FOR UPDATE'],
      reached: () => isExecuting('%FOR UPDATE%'),
      release: 'ROLLBACK',
      isMade: false,
    },
    {
      moment: 'has changed the rows, and not committed',
      hold: ['LOCK TABLES vedfolnir_audit_events WRITE'],
      reached: () => isExecuting('INSERT INTO%vedfolnir_audit_events%'),
      release: 'UNLOCK TABLES',
      isMade: false,
    },
    { moment: 'has committed', reached: hasRevision, isMade: true },
  ];

  it.each(MOMENTS)(
    'leaves the old or the new state when its switch $moment',
    async (given) => {
      const { hold = [], reached, release, isMade } = given;
      const laptop = new TestClient(survivor.url);
      const { user } = (await laptop.register()).body;
      const platforms = await connectPlatforms(laptop);
      const phone = laptop.device('phone');
      await phone.login();
      const tab = await openTab({ url: survivor.url, cookie: laptop.cookie });
      for (let round = 0; round < ROUNDS; round++) {
        const victim = await startNode(env);
        const before = await state(laptop, phone);
        const revision = before.revisions[0]! + 1;
        const { id } = platforms.find((platform) => platform.id !== before.platforms[0])!;
        for (const statement of hold) await database.query(statement);
        const switching = laptop
          .at(victim.url)
          .post<SwitchResult>(`/api/switch_platform/${id}`)
          .catch(() => null);
        try {
          await eventually(() => reached(user.id, revision));
        } finally {
          await victim.kill();
          if (release) await database.query(release);
        }
        const answer = await switching;
        if (!isMade) expect(answer).toBeNull();

        const after = isMade ? { revisions: [revision, revision], platforms: [id, id] } : before;
        await eventually(async () => expect(await state(laptop, phone)).toEqual(after));
        expect(await tab.sync()).toMatchObject({ revision: after.revisions[0], platform: { id: after.platforms[0] } });
        // Waits for what the killed one left in the database to end, and comes right after it.
        const next = await laptop.post<SwitchResult>(`/api/switch_platform/${platforms[0]!.id}`);
        expect([next.status, next.body.revision]).toEqual([200, after.revisions[0]! + 1]);
        await eventually(async () => expect((await state(laptop, phone)).revisions[1]).toBe(next.body.revision));
      }
      const { body } = await laptop.get<RestSessionState>('/api/session');
      expect(await tab.sync()).toMatchObject({ revision: body.revision, platform: body.platform });
    },
    600_000,
  );
});
