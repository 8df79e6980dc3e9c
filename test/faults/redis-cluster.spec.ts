/** Two nodes on a Redis Cluster: pushes, revocations, counts and presence, and what happens when its servers fail. */
import { createClient, createCluster } from 'redis';
import { examine } from '../../src/cli/doctor';
import { connect } from '../../src/cluster/redis';
import { parseRedisUrl } from '../../src/cluster/redis-url';
import type { DeviceView, PlatformView, RestSessionState } from '../../src/protocol/http';
import { connectPlatforms } from '../integration/support/scenario';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { hearing, type ServerNode, startNode } from '../support/server';
import { migratedDatabase, type Redis, type RedisCluster, startRedis, startRedisCluster } from '../support/services';
import { closeTabs, openTab, type Tab } from '../support/socket-client';

/** How long after the response a read may still be accepted; ms. */
const READS_UNTIL = 3000;

let cluster: RedisCluster;
let env: Record<string, string>;
let a: ServerNode;
let b: ServerNode;
const exits: string[] = [];

beforeAll(async () => {
  const [url, redis] = await Promise.all([migratedDatabase(), startRedisCluster()]);
  cluster = redis;
  env = { DATABASE_URL: url, REDIS_URL: cluster.url, ENCRYPTION_KEYS: encryptionKey(), RATE_LIMITS: 'on' };
  [a, b] = [await startNode(env), await startNode(env)];
  for (const node of [a, b]) void node.exited.then(() => exits.push(node.output()));
  await hearing([a, b]);
});
afterEach(() => {
  closeTabs();
  expect(exits).toEqual([]);
});
afterAll(async () => {
  await Promise.all([a?.stop(), b?.stop()]);
  await cluster?.stop();
});

async function person(): Promise<{ client: TestClient; platforms: PlatformView[] }> {
  const client = new TestClient(a.url);
  await client.register();
  return { client, platforms: await connectPlatforms(client) };
}

/** The channel of the nodes, and the server that has it. */
async function channelOfNodes(): Promise<{ channel: string; owner: Redis }> {
  for (const server of cluster.servers) {
    const operator = await createClient({ url: server.url }).connect();
    const [channel] = await operator.pubSubShardChannels('vedfolnir:*');
    operator.destroy();
    if (channel) return { channel, owner: await cluster.ownerOf(channel) };
  }
  throw new Error('No server has a channel');
}

/** Switches through A, then through B, and back: a push reaches the tabs on both nodes each time. */
async function expectPushes(client: TestClient, platforms: PlatformView[], tabs: Tab[]): Promise<void> {
  for (const [node, platform] of [
    [a, platforms[1]],
    [b, platforms[2]],
    [a, platforms[0]],
  ] as const) {
    const { body } = await client.at(node.url).post<{ revision: number }>(`/api/switch_platform/${platform!.id}`);
    for (const tab of tabs) {
      const pushed = await tab.waitFor('platform:switched', ({ revision }) => revision === body.revision);
      expect(pushed.platform?.id).toBe(platform!.id);
    }
  }
}

async function openTabs(client: TestClient): Promise<Tab[]> {
  const tabs = [await openTab(client), await openTab(client.at(b.url))];
  for (const tab of tabs) await tab.waitFor('session:state');
  return tabs;
}

/** Signs in on B and reads there, so that B has the session in its cache. */
async function phoneOnB(client: TestClient) {
  const phone = client.device('phone').at(b.url);
  const { id } = (await phone.login()).body.session;
  const tab = await openTab(phone);
  await tab.waitFor('session:state');
  const read = async () => (await phone.get('/api/session')).status;
  expect(await read()).toBe(200);
  /** Revokes it through A. @returns ms after the response at which a read was sent that was accepted */
  const revoke = async () => {
    expect((await client.delete(`/api/sessions/${id}`)).status).toBe(204);
    const answered = performance.now();
    let last = answered;
    // Before any write, which reads the database.
    for (let sent = answered; (await read()) === 200; sent = performance.now()) last = sent;
    expect((await phone.post('/api/session/extend')).body.error_code).toBe('SESSION_REVOKED');
    await tab.closed;
    return last - answered;
  };
  return { tab, revoke };
}

const ready = async (node: ServerNode) => (await new TestClient(node.url).get('/health/ready')).body;

async function expectDown(fault?: RegExp): Promise<void> {
  const redisFault = fault && { redis_fault: expect.stringMatching(fault) };
  const expected = { status: 'ok', database: 'up', redis: 'down', ...redisFault };
  for (const node of [a, b]) await eventually(async () => expect(await ready(node)).toMatchObject(expected));
}

it('brings a switch to the tabs on both nodes', async () => {
  const { client, platforms } = await person();
  await expectPushes(client, platforms, await openTabs(client));
});

it('refuses a revoked session on the other node at once', async () => {
  const { client } = await person();
  let total = 0;
  // Without Redis each of them would last until the next poll of the database, i.e. for about a second.
  for (let turn = 0; turn < 5; turn++) {
    const { tab, revoke } = await phoneOnB(client);
    total += await revoke();
    expect(tab.of('session:ended')).toMatchObject([{ reason: 'revoked' }]);
  }
  process.stdout.write(`reads accepted after five revocations: ${Math.round(total)} ms in all\n`);
  expect(total).toBeLessThan(2000);
});

it('counts wrong passwords on both nodes together', async () => {
  const { client } = await person();
  const { username } = (await client.get<RestSessionState>('/api/session')).body.user;
  const codes: unknown[] = [];
  for (let turn = 0; turn < 12; turn++) {
    const guess = { username, password: `guess ${turn}` };
    codes.push((await new TestClient([a, b][turn % 2]!.url).post('/api/auth/login', guess)).body.error_code);
  }
  expect(codes).toEqual([...Array(10).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED', 'RATE_LIMITED']);
});

it('sees a device online whatever node its socket is on', async () => {
  const { client } = await person();
  const phone = client.device('phone').at(b.url);
  await phone.login();
  const online = async () => {
    const { body } = await client.get<{ sessions: DeviceView[] }>('/api/sessions');
    return body.sessions.map((session) => session.online);
  };
  expect(await online()).toEqual([false, false]);
  const tab = await openTab(phone);
  // Ten times in a row, whichever server of the cluster the library would ask.
  await eventually(async () => {
    for (let turn = 0; turn < 10; turn++) expect((await online()).filter(Boolean)).toHaveLength(1);
  });
  tab.close();
  await eventually(async () => expect(await online()).toEqual([false, false]));
});

it('is examined by the doctor, and a server that is not of a cluster is refused', async () => {
  const findings = await examine({ NODE_ENV: 'test', ...env });
  expect(findings).toContainEqual({ check: 'Redis', state: 'ok', finding: 'takes writes and passes messages on' });
  const nodes = findings.find(({ check }) => check === 'nodes');
  for (const { pid } of [a, b]) expect(nodes?.finding).toContain(`/${pid} (`);

  const single = await startRedis();
  const wrong = await examine({ NODE_ENV: 'test', ...env, REDIS_URL: `redis+cluster://127.0.0.1:${single.port}` });
  expect(wrong).toContainEqual({
    check: 'Redis',
    state: 'bad',
    finding: 'REDIS_URL: cannot be used (ERR This instance has cluster support disabled)',
  });
  await single.stop();
});

const FAULTS: [what: string, cause: (owner: Redis) => unknown, undo: (owner: Redis) => unknown][] = [
  ['is killed', (owner) => owner.kill(), (owner) => owner.restart()],
  ['does not answer', (owner) => owner.freeze(), (owner) => owner.thaw()],
];

it.each(FAULTS)('keeps its promises while the server with its channel %s, and pushes again later', async (...given) => {
  const [what, cause, undo] = given;
  const { client, platforms } = await person();
  const tabs = await openTabs(client);
  const { owner } = await channelOfNodes();
  const { revoke } = await phoneOnB(client);
  await cause(owner);
  const acceptedFor = await revoke();
  process.stdout.write(`reads accepted after a revocation while it ${what}: ${Math.round(acceptedFor)} ms\n`);
  expect(acceptedFor).toBeLessThan(READS_UNTIL);
  await expectDown();
  const { revision } = (await client.post<{ revision: number }>(`/api/switch_platform/${platforms[1]!.id}`)).body;
  await tabs[1]!.waitFor('session:state', (state) => state.revision >= revision, 15_000);
  await undo(owner);
  await hearing([a, b]);
  await expectPushes(client, platforms, tabs);
});

it('says that the cluster refuses commands while another of its servers is down', async () => {
  const { client, platforms } = await person();
  const tabs = await openTabs(client);
  const { owner } = await channelOfNodes();
  const other = cluster.servers.find((server) => server !== owner)!;
  await other.kill();
  await expectDown(/^The Redis Cluster refuses commands \(CLUSTERDOWN .*\): see its CLUSTER INFO$/);
  await other.restart();
  await hearing([a, b]);
  await expectPushes(client, platforms, tabs);
});

it('follows its channel to another server', async () => {
  const { client, platforms } = await person();
  const tabs = await openTabs(client);
  const { channel, owner } = await channelOfNodes();
  await cluster.moveSlot(channel);
  expect(await cluster.ownerOf(channel)).not.toBe(owner);
  // The nodes ask every second whether the slot has moved; what is published until then is lost.
  await eventually(async () => {
    const { body } = await client.post<{ revision: number }>(`/api/switch_platform/${platforms[0]!.id}`);
    const isIt = ({ revision }: { revision: number }) => revision === body.revision;
    await Promise.all(tabs.map((tab) => tab.waitFor('platform:switched', isIt, 500)));
  });
  // Each of their connections notices it by itself.
  await eventually(() => expectPushes(client, platforms, tabs), { timeout: 60_000 });
});

it('pushes again once a replica has taken over', async () => {
  const { client, platforms } = await person();
  const tabs = await openTabs(client);
  const { channel, owner } = await channelOfNodes();
  const replica = await cluster.replicate(owner);
  await owner.kill();
  await eventually(async () => expect(await cluster.ownerOf(channel)).toBe(replica), { timeout: 20_000 });
  await hearing([a, b]);
  await expectPushes(client, platforms, tabs);
});

it('takes the credentials of its URL, and a client of a host', async () => {
  const own = await startRedisCluster();
  for (const { url } of own.servers) {
    const operator = await createClient({ url }).connect();
    await operator.configSet('requirepass', 'p@ss/word');
    operator.destroy();
  }
  const host = createCluster({ rootNodes: [{ url: own.servers[0]!.url }], defaults: { password: 'p@ss/word' } });
  for (const target of [parseRedisUrl(own.url.replace('//', '//:p@ss/word@')), host]) {
    const { client, close } = connect(target, 'test', 'a key');
    const heard: string[] = [];
    await client.connect();
    await client.sSubscribe('a key', (message: Buffer) => void heard.push(message.toString()), true);
    await client.publish('a key', 'hello');
    await eventually(() => expect(heard).toEqual(['hello']));
    close();
  }
  await own.stop();
});
