/** Redis is unavailable at start, shared with strangers, or loses messages. */
import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import type { RestSessionState, SwitchResult } from '../../src/protocol/http';
import { household } from '../integration/support/household';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { freePort } from '../support/processes';
import { FULL } from '../support/scale';
import { hearing, type ServerNode, startNode } from '../support/server';
import { migratedDatabase, type Redis, startRedis } from '../support/services';
import { openTab, type Tab } from '../support/socket-client';

const nodes: ServerNode[] = [];
let redis: Redis | undefined;

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  await redis?.stop();
  redis = undefined;
});

async function start(env: Record<string, string>): Promise<ServerNode> {
  const node = await startNode(env);
  nodes.push(node);
  return node;
}

const shared = async () => ({ DATABASE_URL: await migratedDatabase(), ENCRYPTION_KEYS: encryptionKey() });

it('starts and serves without Redis, and uses it once it is available', async () => {
  const port = await freePort();
  const env = { ...(await shared()), REDIS_URL: `redis://127.0.0.1:${port}` };
  const [a, b] = [await start(env), await start(env)];
  const { client, platforms } = await household(a.url);
  const tab = await openTab(client.at(b.url));
  let ended = false;
  void a.exited.then(() => {
    ended = true;
  });
  // Longer than every timeout of clients and watchdogs.
  await eventually(() => expect(a.output()).toMatch(/(Connection lost[\s\S]*){2}/), { timeout: 20_000 });
  await client.post(`/api/switch_platform/${platforms[1]!.id}`);
  await tab.waitFor('session:state', ({ platform }) => platform?.id === platforms[1]!.id, 15_000);
  expect(ended).toBe(false);

  redis = await startRedis(port);
  await hearing([a, b]);
  await client.post(`/api/switch_platform/${platforms[0]!.id}`);
  await tab.waitFor('platform:switched', ({ platform }) => platform?.id === platforms[0]!.id);
  tab.close();
});

it('keeps installations apart that share a Redis, whatever the number of its database', async () => {
  redis = await startRedis();
  const ours = await start({ ...(await shared()), REDIS_URL: `${redis.url}/5` });
  const theirs = await start({ ...(await shared()), REDIS_URL: `${redis.url}/5` });
  const [one, other] = [await household(ours.url), await household(theirs.url)];
  const id = async (client: TestClient) => (await client.get<{ user: { id: number } }>('/api/session')).body.user.id;
  expect(await id(one.client)).toBe(await id(other.client));
  await hearing([ours, theirs]);
  const tab = await openTab(one.client);
  expect((await other.client.post(`/api/switch_platform/${other.platforms[1]!.id}`)).status).toBe(200);
  const own = (await one.client.post<{ revision: number }>(`/api/switch_platform/${one.platforms[1]!.id}`)).body;
  await tab.waitFor('platform:switched', ({ revision }) => revision === own.revision);
  expect(tab.of('platform:switched')).toHaveLength(1);
  tab.close();
});

it('closes a socket with the old secret even if Redis loses the event', async () => {
  redis = await startRedis();
  const env = { ...(await shared()), REDIS_URL: redis.url };
  const [a, b] = [await start(env), await start(env)];
  const { client } = await household(a.url);
  await hearing([a, b]);
  const stolen = { url: b.url, cookie: client.cookie };
  const thief: Tab = await openTab(stolen);
  await redis.kill();
  const form = { current_password: 'correct horse battery staple', new_password: 'another correct battery' };
  expect((await client.post('/api/auth/password', form)).status).toBe(200);
  await thief.closed;
  await expect(openTab(stolen)).rejects.toMatchObject({ data: { error_code: 'SESSION_INVALID' } });
  // No tab got session:ended: the session is still live.
  expect(thief.of('session:ended')).toEqual([]);
  expect((await client.get('/api/session')).status).toBe(200);
});

it('ignores invalid and forged messages in its channels', async () => {
  redis = await startRedis();
  const env = { ...(await shared()), REDIS_URL: redis.url };
  const [a, b] = [await start(env), await start(env)];
  const { client, platforms } = await household(a.url);
  await hearing([a, b]);
  const tab = await openTab(client.at(b.url));
  const admin = createClient({ url: redis.url });
  await admin.connect();
  const listener = admin.duplicate();
  await listener.connect();
  const answers: string[] = [];
  await listener.pSubscribe('*-response#*', (answer) => void answers.push(answer));
  const channels = await admin.pubSubChannels('vedfolnir:*');
  const requests = channels.find((channel) => channel.includes(':sockets-request#'))!;
  // Redis does not list pattern subscriptions.
  channels.push(requests.replace('-request', ''));
  const junk: (string | Buffer)[] = [
    '',
    '{',
    'null',
    '[]',
    '{"from":1,"event":{"name":"__proto__","payload":{}}}',
    '\u0000',
    'x'.repeat(1e6),
  ];
  const { user, session, revision } = (await client.get<RestSessionState>('/api/session')).body;
  const forged = { userId: user.id, revision: 1e15, platform: platforms[2], at: new Date().toISOString() };
  junk.push(JSON.stringify({ from: 'x', event: { name: 'platform.switched', payload: forged } }));
  // Requests of the adapter, some of them valid except for the signature: they join, disconnect and fetch sockets.
  const opts = { rooms: [`user:${user.id}`], except: [] };
  const packet = { type: 2, nsp: '/', data: ['platform:switched', forged] };
  const event = [
    'event',
    { name: 'session.ended', payload: { sessionId: session.id, userId: user.id, reason: 'revoked', at: forged.at } },
  ];
  for (let type = 0; type <= 9; type++) {
    const request = { type, uid: 'x', requestId: 'x', opts, rooms: ['elsewhere'], close: true, data: event, packet };
    junk.push(
      JSON.stringify({ type }),
      JSON.stringify(request),
      Buffer.concat([randomBytes(16), Buffer.from(JSON.stringify(request))]),
    );
  }
  for (const channel of channels) for (const text of junk) await admin.publish(channel, text);
  // MessagePack, the adapter's format: a packet of an unknown kind, a truncated one, and values that are not lists.
  for (const bytes of ['93a17882a47479706563a36e7370a12fc0', '93a1', 'c1', '01', '93010203']) {
    for (const channel of channels) await admin.publish(channel, Buffer.from(bytes, 'hex'));
  }
  await client.post(`/api/switch_platform/${platforms[1]!.id}`);
  await tab.waitFor('platform:switched', ({ platform }) => platform?.id === platforms[1]!.id);
  expect(tab.of('platform:switched').map((each) => each.revision)).toEqual([revision + 1]);
  expect([tab.connected, tab.of('session:ended')]).toEqual([true, []]);
  expect(answers.filter((answer) => answer.includes('"sockets"'))).toEqual([]);
  listener.destroy();
  admin.destroy();
  tab.close();
});

/** How long Redis is away at the least; ms. */
const AWAY = FULL ? 30_000 : 0;
/** Longest delay of a tab, whatever is lost; ms. */
const BEHIND = 15_000;
/** Concurrent switches at the most. */
const IN_FLIGHT = 4;

it('keeps every tab up to date without Redis, under up to 20 switches per second on two nodes', async () => {
  redis = await startRedis();
  const env = { ...(await shared()), REDIS_URL: redis.url };
  const [a, b] = [await start(env), await start(env)];
  const { client, platforms } = await household(a.url);
  const thief = client.device('revoked');
  await thief.login();
  const revoked = (await thief.get<RestSessionState>('/api/session')).body.session.id;
  await hearing([a, b]);
  const tabs = await Promise.all([a, b, a, b].map((node) => openTab(client.at(node.url))));
  await Promise.all(tabs.map((tab) => tab.waitFor('session:state')));
  const exits: string[] = [];
  for (const node of [a, b]) void node.exited.then(() => exits.push(node.url));

  /** By revision: the platform, and the latest time of its commit. */
  const committed = new Map<number, { platform: number; at: number }>();
  const known = (tab: Tab) => [...tab.of('session:state'), ...tab.of('platform:switched')];
  const newest = (tab: Tab) => Math.max(...known(tab).map(({ revision }) => revision));
  let [switching, away, most] = [true, false, 0];
  const pending = new Set<Promise<void>>();
  const switchOnce = async (turn: number) => {
    const { id } = platforms[turn % platforms.length]!;
    // Without Redis through one node only: the other node's tabs depend on polling the database.
    const node = away ? a : [a, b][turn % 2]!;
    const { status, body } = await client.at(node.url).post<SwitchResult>(`/api/switch_platform/${id}`);
    expect(status).toBe(200);
    committed.set(body.revision, { platform: id, at: performance.now() });
  };
  const driving = (async () => {
    for (let turn = 0; switching; turn++) {
      if (pending.size === IN_FLIGHT) await Promise.race(pending);
      const one = switchOnce(turn).finally(() => pending.delete(one));
      pending.add(one);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await Promise.all(pending);
  })();
  driving.catch(() => undefined);
  const watching = (async () => {
    while (switching) {
      for (const tab of tabs) {
        const has = newest(tab);
        const missed = [...committed].filter(([revision]) => revision > has).map(([, { at }]) => at);
        if (missed.length > 0) most = Math.max(most, performance.now() - Math.min(...missed));
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();

  await eventually(() => expect(committed.size).toBeGreaterThan(20));
  await redis.kill();
  const gone = performance.now();
  away = true;
  expect((await client.delete(`/api/sessions/${revoked}`)).status).toBe(204);
  const pushed = Math.max(...committed.keys()) + IN_FLIGHT;
  const isSeenWithout = () => tabs.every((tab) => newest(tab) > pushed);
  // Signed-in clients stay signed in; others do not become so.
  while (performance.now() - gone < AWAY || !isSeenWithout()) {
    expect(performance.now() - gone).toBeLessThan(AWAY + 2 * BEHIND);
    for (const node of [a, b]) {
      expect((await client.at(node.url).get('/api/session')).status).toBe(200);
      expect((await thief.at(node.url).post('/api/session/extend')).body.error_code).toBe('SESSION_REVOKED');
      expect((await new TestClient(node.url).get('/api/session')).status).toBe(401);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await redis.restart();
  const back = performance.now();
  away = false;
  await hearing([a, b]);
  switching = false;
  await Promise.all([driving, watching]);
  const last = Math.max(...committed.keys());
  await eventually(() => expect(tabs.map(newest)).toEqual(tabs.map(() => last)), { timeout: BEHIND });
  const right = performance.now() - back;
  process.stdout.write(
    `${Math.round((back - gone) / 1000)} s without Redis: ${committed.size} switches, a tab behind by ${Math.round(most)} ms at the most, all right ${Math.round(right)} ms after its return\n`,
  );
  expect(most).toBeLessThan(BEHIND);
  expect(right).toBeLessThan(BEHIND);
  expect(exits).toEqual([]);
  for (const tab of tabs) {
    expect(tab.connected).toBe(true);
    for (const { revision, platform } of known(tab)) {
      const said = committed.get(revision);
      if (said) expect(platform?.id).toBe(said.platform);
    }
    tab.close();
  }
  const { body } = await client.get<RestSessionState>('/api/session');
  expect([body.revision, body.platform?.id]).toEqual([last, committed.get(last)?.platform]);
}, 120_000);
