import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { withTimeout } from '../common/with-timeout';
import { type RedisClient, whenReady } from './redis';

/** HMAC-SHA256, truncated as RFC 2104 allows. */
const SIGNATURE_BYTES = 16;
const MAX_KEYS = 16;
/** Timeout for counting the nodes; without an answer the adapter asks no other node. */
const COMMAND_TIMEOUT_MS = 300;
/** Limits warnings: unsigned messages may arrive by the thousand. */
const WARN_EVERY_MS = 10_000;

type Listener = (message: Buffer, channel: Buffer) => unknown;

/**
 * The part of a Redis client that the Socket.IO adapter uses, with every message signed. The adapter's `parser` option
 * would leave its requests (join, disconnect, fetch sockets) unsigned. Nothing here rejects or throws: the adapter does
 * not await its calls, and the reconciler repairs what was not delivered.
 */
export class SignedChannels {
  private readonly logger = new Logger('SignedChannels');
  /** Messages are signed with every key and accepted with any, so that keys can be rotated node by node. */
  private readonly keys: Buffer[];
  private pending = 0;
  private last: Promise<number> = Promise.resolve(0);
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly commands: RedisClient,
    private readonly subscriber: RedisClient,
    encryptionKeys: readonly Buffer[],
  ) {
    this.keys = encryptionKeys
      .slice(0, MAX_KEYS)
      .map((key) => Buffer.from(hkdfSync('sha256', key, '', 'vedfolnir channels', 32)));
  }

  /** Whether both connections are ready and all subscriptions are active. */
  get healthy(): boolean {
    return this.commands.isReady && this.subscriber.isReady && this.pending === 0;
  }

  /** Resolves when Redis has accepted or rejected the last published message. */
  get lastPublished(): Promise<unknown> {
    return this.last;
  }

  publish(channel: string, message: string | Buffer): Promise<number> {
    this.last = this.attempt(() => this.commands.publish(channel, this.signed(channel, message)));
    return this.last;
  }

  /** Of a Redis Cluster. By this method the adapter recognises node-redis. */
  sPublish(channel: string, message: string | Buffer): Promise<number> {
    return this.publish(channel, message);
  }

  private signed(channel: string, message: string | Buffer): Buffer {
    const content = Buffer.from(message);
    const signatures = this.keys.map((key) => this.sign(key, channel, content));
    return Buffer.concat([Buffer.of(signatures.length), ...signatures, content]);
  }

  private async attempt(publish: () => Promise<number>): Promise<number> {
    try {
      if (!this.commands.isReady) throw new Error('No connection');
      return await publish();
    } catch (error) {
      this.warn(`Publishing to the other nodes failed: ${(error as Error).message}`);
      return 0;
    }
  }

  subscribe(channels: string[], listener: Listener): void {
    this.whenReady(() => this.subscriber.subscribe(channels, this.verified(listener), true));
  }

  pSubscribe(pattern: string, listener: Listener): void {
    this.whenReady(() => this.subscriber.pSubscribe(pattern, this.verified(listener), true));
  }

  sSubscribe(channel: string, listener: Listener): void {
    this.whenReady(() => this.subscriber.sSubscribe(channel, this.verified(listener), true));
  }

  sUnsubscribe(channel: string | string[]): void {
    this.subscriber.sUnsubscribe(channel).catch(() => undefined);
  }

  unsubscribe(channel: string): void {
    this.subscriber.unsubscribe(channel).catch(() => undefined);
  }

  pUnsubscribe(pattern: string): void {
    this.subscriber.pUnsubscribe(pattern).catch(() => undefined);
  }

  /** Counts the nodes: the adapter asks before it waits for their answers. */
  async sendCommand(args: string[]): Promise<unknown> {
    return withTimeout(COMMAND_TIMEOUT_MS, this.commands.sendCommand(args)).catch(() => [args.at(-1), 1]);
  }

  /** Not needed: the clients have their own error listeners. */
  on(): this {
    return this;
  }

  off(): this {
    return this;
  }

  private whenReady(task: () => Promise<unknown>): void {
    this.pending++;
    whenReady(this.subscriber, () => task().then(() => void this.pending--));
  }

  private verified(listener: Listener): Listener {
    return async (message, channel) => {
      const content = this.open(message, channel);
      if (!content) return this.warn('Ignored a message without a valid signature');
      try {
        await listener(content, channel);
      } catch (error) {
        this.warn(`Handling a message of another node failed: ${(error as Error).message}`);
      }
    };
  }

  private open(message: Buffer, channel: Buffer): Buffer | null {
    const count = message[0] ?? 0;
    const content = message.subarray(1 + count * SIGNATURE_BYTES);
    if (count > MAX_KEYS || message.length < 1 + count * SIGNATURE_BYTES) return null;
    const own = this.keys.map((key) => this.sign(key, channel, content));
    for (let index = 0; index < count; index++) {
      const signature = message.subarray(1 + index * SIGNATURE_BYTES, 1 + (index + 1) * SIGNATURE_BYTES);
      if (own.some((each) => timingSafeEqual(each, signature))) return content;
    }
    return null;
  }

  /** The signature covers the channel, so that a message is not valid in another room, installation or namespace. */
  private sign(key: Buffer, channel: string | Buffer, content: Buffer): Buffer {
    const mac = createHmac('sha256', key).update(channel).update('\0').update(content);
    return mac.digest().subarray(0, SIGNATURE_BYTES);
  }

  private warn(text: string): void {
    if (performance.now() - this.warnedAt < WARN_EVERY_MS) return;
    this.warnedAt = performance.now();
    this.logger.warn(text);
  }
}
