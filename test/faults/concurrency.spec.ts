/** Concurrent switches, and nodes killed during a switch: one order of events, and no partial changes. */
import type { PlatformView, RestSessionState, SwitchResult } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { encryptionKey, type Running, startCluster } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';
import { type ServerNode, startNode } from '../support/server';
import { migratedDatabase, type Redis, startRedis } from '../support/services';
import { openTab } from '../support/socket-client';

const SWITCHES = FULL ? 1000 : 300;
/** Each round starts a node. */
const ROUNDS = FULL ? 50 : 6;

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
      await eventually(async () => expect((await tab.sync()).revision).toBe(last.revision));
      // Events never contradict the responses of the same revision.
      for (const event of tab.of('platform:switched')) {
        expect(event.platform?.id).toBe(platformAt.get(event.revision));
      }
      expect(tab.of('platform:switched').length).toBeGreaterThan(0.9 * SWITCHES);
    }
  });
});

describe('a node that is killed', () => {
  let redis: Redis;
  let survivor: ServerNode;
  let env: Record<string, string>;

  beforeAll(async () => {
    redis = await startRedis();
    env = { DATABASE_URL: await migratedDatabase(), REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey() };
    survivor = await startNode(env);
  });
  afterAll(async () => {
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

  /** Duration of a switch on this warmed-up node; ms. */
  async function switchTime(client: TestClient, platforms: PlatformView[]): Promise<number> {
    let last = 0;
    for (let index = 0; index < 6; index++) {
      const started = performance.now();
      await client.post(`/api/switch_platform/${platforms[index % 3]!.id}`);
      last = performance.now() - started;
    }
    return last;
  }

  it(`leaves the old or the new state, ${ROUNDS} times during a switch`, async () => {
    const laptop = new TestClient(survivor.url);
    await laptop.register();
    const platforms = await connectPlatforms(laptop);
    const phone = laptop.device('phone');
    await phone.login();
    const tab = await openTab({ url: survivor.url, cookie: laptop.cookie });
    let victim = await startNode(env);
    let spare = startNode(env);
    const outcomes = { old: 0, new: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const at = laptop.at(victim.url);
      const took = await switchTime(at, platforms);
      const before = await state(laptop, phone);
      const target = platforms[(round + 1) % 3] as PlatformView;
      const switching = at.post<SwitchResult>(`/api/switch_platform/${target.id}`).catch(() => null);
      // Kills at a different point each time, from before the transaction to after its response.
      await new Promise((resolve) => setTimeout(resolve, took * 1.5 * (round / (ROUNDS - 1))));
      await victim.kill();
      const answer = await switching;
      const [next] = await Promise.all([
        spare,
        eventually(async () => {
          const after = await state(laptop, phone);
          const revision = before.revisions[0]!;
          const isOld = JSON.stringify(after) === JSON.stringify(before);
          const isNew =
            JSON.stringify(after) ===
            JSON.stringify({ revisions: [revision + 1, revision + 1], platforms: [target.id, target.id] });
          expect([isOld, isNew]).toContain(true);
          if (answer?.status === 200) expect(isNew).toBe(true);
          expect((await tab.sync()).revision).toBe(after.revisions[0]);
        }),
      ]);
      const after = await state(laptop, phone);
      if (after.revisions[0] === before.revisions[0]) outcomes.old++;
      else outcomes.new++;
      victim = next;
      spare = startNode(env);
    }
    await (await spare).stop();
    await victim.stop();
    process.stdout.write(`killed ${ROUNDS} times: ${JSON.stringify(outcomes)}\n`);
    // Otherwise no kill hit the transaction.
    expect(Math.min(outcomes.old, outcomes.new)).toBeGreaterThan(0);
    const { body } = await laptop.get<RestSessionState>('/api/session');
    expect(await tab.sync()).toMatchObject({ revision: body.revision, platform: body.platform });
  }, 600_000);
});
