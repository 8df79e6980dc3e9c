/** The connection to Redis: however it breaks, there is one again, and after closing it none. */
import { createClient } from 'redis';
import { connect } from '../../src/cluster/redis';
import { eventually } from '../support/eventually';
import { type Redis, startRedis } from '../support/services';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

let redis: Redis;
let proxy: TcpProxy;
let operator: ReturnType<typeof createClient>;

beforeAll(async () => {
  redis = await startRedis();
  proxy = await startTcpProxy(redis.port);
  operator = createClient({ url: redis.url });
  await operator.on('error', () => {}).connect();
});
afterAll(async () => {
  operator?.destroy();
  await proxy?.close();
  await redis?.stop();
});

/** Without that of the operator. */
const openConnections = async () => (await operator.clientList()).length - 1;

async function subscriber() {
  const { client, close } = connect(`redis://127.0.0.1:${proxy.port}`, 'test', 'key');
  const heard: string[] = [];
  await client.connect();
  await client.subscribe('news', (message) => void heard.push(message));
  let attempts = 0;
  client.on('connect', () => attempts++);
  const ping = jest.spyOn(client, 'ping');
  return { client, close, heard, ping, attempts: () => attempts };
}
type Subscriber = Awaited<ReturnType<typeof subscriber>>;

/** Resolves while a ping waits for its answer. */
async function pinging({ ping }: Subscriber): Promise<void> {
  ping.mockClear();
  await eventually(() => expect(ping).toHaveBeenCalled(), { interval: 1 });
}

const FAULTS: [what: string, cause: (subscriber: Subscriber) => unknown, undo: () => unknown][] = [
  ['Redis does not answer', () => redis.freeze(), () => redis.thaw()],
  ['all data is lost on the way', () => proxy.blackHole(), () => proxy.heal()],
  [
    'the connection breaks while a ping is in flight',
    async (each) => {
      redis.freeze();
      await pinging(each);
      proxy.cut();
    },
    () => redis.thaw(),
  ],
];

it.each(FAULTS)(
  'opens one connection again after %s',
  async (_, cause, undo) => {
    const each = await subscriber();
    await cause(each);
    // Connections are accepted all the time.
    await eventually(() => expect(each.attempts()).toBeGreaterThanOrEqual(3), { timeout: 60_000 });
    await undo();
    await eventually(() => expect(each.client.isReady).toBe(true));
    await eventually(async () => expect(await openConnections()).toBe(1));
    for (const message of ['one', 'two']) await operator.publish('news', message);
    await eventually(() => expect(each.heard).toContain('two'));
    expect(each.heard).toEqual(['one', 'two']);
    each.close();
    await eventually(async () => expect(await openConnections()).toBe(0));
  },
  120_000,
);

it('stays closed when it is closed while a ping is in flight', async () => {
  const each = await subscriber();
  redis.freeze();
  await pinging(each);
  each.close();
  await expect(each.ping.mock.results.at(-1)!.value).rejects.toThrow();
  await new Promise(setImmediate);
  redis.thaw();
  expect(each.client.isOpen).toBe(false);
  await eventually(async () => expect(await openConnections()).toBe(0));
});

it('stays closed when it is closed while it is being opened', async () => {
  const { client, close } = connect(redis.url, 'test', 'key');
  const connecting = client.connect();
  close();
  await connecting.catch(() => undefined);
  await eventually(async () => expect(await openConnections()).toBe(0));
});
