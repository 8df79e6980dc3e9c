import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Logger } from '@nestjs/common';
import { type RedisClient, whenReady } from './redis';

const EVERY = 1000;
/** Three missed. */
const MISSED = 3000;

/** Whether messages of other nodes reach this one: it sends itself one each second, through Redis. */
export class Heartbeat {
  private readonly logger = new Logger('Heartbeat');
  private readonly channel = `vedfolnir:beat:${randomUUID()}`;
  private heardAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private wasHealthy = false;

  /** Null: one node, which has nobody to hear. */
  constructor(private readonly redis: { publisher: RedisClient; subscriber: RedisClient } | null) {}

  get healthy(): boolean {
    return this.redis === null || performance.now() - this.heardAt < MISSED;
  }

  start(): void {
    if (!this.redis) return;
    const { publisher, subscriber } = this.redis;
    // What came in while the line was down is lost, so beats count from the new line on.
    subscriber.on('error', () => {
      this.heardAt = Number.NEGATIVE_INFINITY;
    });
    const beat = () => publisher.publish(this.channel, '').catch(() => undefined);
    whenReady(subscriber, async () => {
      await subscriber.subscribe(this.channel, () => this.hear());
      await beat();
    });
    this.timer = setInterval(() => {
      void beat();
      if (this.wasHealthy && !this.healthy)
        this.logger.warn('No word from Redis: reading the database until it is back');
      this.wasHealthy = this.healthy;
    }, EVERY);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private hear(): void {
    this.heardAt = performance.now();
  }
}
