import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { RedisClient } from './redis';
import { SignedChannels } from './signed-channels';

type Deliver = (message: Buffer, channel: Buffer) => unknown;

/** A fake of Redis pub/sub: delivers published messages to current subscribers. */
class Broker {
  readonly sent: { channel: string; message: Buffer }[] = [];
  readonly subscribers: Deliver[] = [];

  client(): RedisClient {
    const client = Object.assign(new EventEmitter(), {
      isReady: true,
      publish: async (channel: string, message: Buffer) => {
        this.sent.push({ channel, message });
        for (const deliver of this.subscribers) deliver(message, Buffer.from(channel));
        return 1;
      },
      subscribe: async (_channels: string[], deliver: Deliver) => void this.subscribers.push(deliver),
    });
    return client as unknown as RedisClient;
  }
}

const broker = () => new Broker();
function node(redis: Broker, ...keys: Buffer[]) {
  const heard: string[] = [];
  const channels = new SignedChannels(redis.client(), redis.client(), keys);
  channels.subscribe(['news'], (message) => heard.push(message.toString()));
  return { channels, heard };
}

const [old, fresh] = [randomBytes(32), randomBytes(32)] as const;

it('delivers messages of a node with the same key', async () => {
  const redis = broker();
  const [a, b] = [node(redis, old), node(redis, old)];
  expect(await a.channels.publish('news', 'hello')).toBe(1);
  expect(await a.channels.publish('news', '')).toBe(1);
  expect(b.heard).toEqual(['hello', '']);
});

it('lets nodes communicate at every step of a key rotation', async () => {
  for (const [first, second] of [
    [[old], [fresh, old]],
    [
      [old, fresh],
      [fresh, old],
    ],
    [[fresh, old], [fresh]],
  ] as const) {
    const redis = broker();
    const [a, b] = [node(redis, ...first), node(redis, ...second)];
    await a.channels.publish('news', 'from a');
    await b.channels.publish('news', 'from b');
    expect([a.heard, b.heard]).toEqual([
      ['from a', 'from b'],
      ['from a', 'from b'],
    ]);
  }
});

it('ignores messages with another key, another channel, changed content or no signature', async () => {
  const redis = broker();
  const [a, stranger] = [node(redis, old), node(redis, fresh)];
  await stranger.channels.publish('news', 'from a stranger');
  await a.channels.publish('other', 'of another channel');
  a.heard.length = 0;
  const [, moved] = redis.sent;
  await a.channels.publish('news', 'hello');
  expect(a.heard).toEqual(['hello']);
  const genuine = redis.sent.at(-1)!.message;
  const deliver = (message: Buffer) => redis.subscribers[0]!(message, Buffer.from('news'));
  for (let index = 0; index < genuine.length; index++) {
    const changed = Buffer.from(genuine);
    changed[index]! ^= 1;
    deliver(changed);
    deliver(genuine.subarray(0, index));
  }
  for (const count of [0, 1, 2, 16, 17, 255]) deliver(Buffer.concat([Buffer.of(count), randomBytes(600)]));
  deliver(moved!.message);
  deliver(Buffer.from('{"type":4}'));
  expect(a.heard).toEqual(['hello']);
});
