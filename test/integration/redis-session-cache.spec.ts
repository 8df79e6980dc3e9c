/** The cache that all nodes share, on a real Redis: it takes and gives nothing that is known to be past. */
import { randomUUID } from 'node:crypto';
import { connect, type RedisClient } from '../../src/cluster/redis';
import { RedisSessionCache } from '../../src/session/cache/redis-session-cache';
import { eventually } from '../support/eventually';
import { type Redis, startRedis } from '../support/services';
import { at, sessionContext } from '../support/session-context';

const TTL = 60_000;
const context = (revision = 1, active = 0) => sessionContext('s1', revision, active);

let server: Redis;
let lines: { client: RedisClient; close(): void }[];
/** Of two nodes. */
let here: RedisSessionCache;
let there: RedisSessionCache;
let namespace: string;

beforeAll(async () => {
  server = await startRedis();
  lines = [connect(server.url, 'here'), connect(server.url, 'there')];
  for (const { client } of lines) await client.connect();
});
afterAll(async () => {
  for (const line of lines) line.close();
  await server.stop();
});
beforeEach(async () => {
  namespace = randomUUID();
  [here, there] = lines.map(({ client }) => new RedisSessionCache(client, TTL, namespace)) as [
    RedisSessionCache,
    RedisSessionCache,
  ];
  await agreed();
});
afterEach(() => {
  here.close();
  there.close();
});

/** Both look at the same generation: what one puts, the other gets. */
const agreed = () =>
  eventually(async () => {
    for (const [one, other] of [[here, there] as const, [there, here] as const]) {
      const key = randomUUID();
      await one.put(key, context());
      expect(await other.get(key)).not.toBeNull();
    }
  });

it('gives back what was put, times as times', async () => {
  await here.put('a', context(3, 5));
  expect(await there.get('a')).toEqual(context(3, 5));
  expect(await there.get('b')).toBeNull();
});

it('never puts an older context over a newer one', async () => {
  await here.put('a', context(4, 20));
  await there.put('a', context(3, 30));
  await there.put('a', context(4, 10));
  expect(await here.get('a')).toEqual(context(4, 20));
  await there.put('a', context(4, 30));
  await there.put('a', context(5, 10));
  expect(await here.get('a')).toEqual(context(5, 10));
});

it('neither gives nor takes a session that has ended', async () => {
  await here.put('a', context());
  expect(await there.noteEnded(['s1', 's2'])).toBe(true);
  expect(await here.get('a')).toBeNull();
  await here.put('a', context(9, 900));
  expect(await here.get('a')).toBeNull();
  expect(await there.noteActivity('s1', at(950))).toBe(true);
  await here.put('a', context(9, 960));
  expect(await here.get('a')).toBeNull();
});

it('neither gives nor takes what is older than its user', async () => {
  await here.put('a', context(4));
  await there.noteRevision(1, 5);
  expect(await here.get('a')).toBeNull();
  await here.put('a', context(4, 50));
  expect(await here.get('a')).toBeNull();
  await there.noteRevision(1, 4);
  await here.put('a', context(5));
  expect(await there.get('a')).toEqual(context(5));
  await there.noteRevision(8, 6);
  expect(await there.get('a')).toEqual(context(5));
});

it('neither gives nor takes what is older than the last activity', async () => {
  await here.put('a', context(4, 10));
  await there.noteActivity('s1', at(20));
  expect(await here.get('a')).toBeNull();
  await here.put('a', context(5, 10));
  expect(await here.get('a')).toBeNull();
  await here.put('a', context(4, 20));
  expect(await there.get('a')).toEqual(context(4, 20));
});

it('is read by nobody after one node could not tell it something', async () => {
  await here.put('a', context());
  await lines[1]!.client.sendCommand(['CLIENT', 'PAUSE', '300', 'ALL']);
  expect(await there.noteEnded(['s1'])).toBe(false);
  expect(there.trusted).toBe(false);
  await agreed();
  expect([await here.get('a'), await there.get('a')]).toEqual([null, null]);
});

it('takes nothing for a context that does not look like one', async () => {
  await here.put('a', context());
  const { client } = lines[0]!;
  const [key] = await client.keys(`${namespace}:*:context:a`);
  const { authenticatedAt: _, ...older } = context().session;
  const others = [[], 'x', 1, {}, { session: null }, { ...context(), user: {} }, { ...context(), session: older }];
  const ill = { ...context(), session: { ...context().session, idleExpiresAt: 'soon' } };
  for (const other of [...others, ill]) {
    await client.hSet(key!, 'context', JSON.stringify(other));
    expect([other, await there.get('a')]).toEqual([other, null]);
  }
  await client.hSet(key!, 'context', JSON.stringify({ ...context(), of_a_newer_version: 1 }));
  expect(await there.get('a')).toMatchObject(context());
});
