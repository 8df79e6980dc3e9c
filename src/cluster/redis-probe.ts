import { Logger } from '@nestjs/common';
import type { RedisClient } from './redis';
import { redisFault } from './redis-fault';

const PROBE_MS = 2000;

/** Finds a Redis that answers and yet does not serve, and says so in the log. */
export class RedisProbe {
  private readonly logger = new Logger('Redis');
  private timer: NodeJS.Timeout | undefined;
  private isProbing = false;
  /** What is wrong, and what to do; null when nothing is, as far as is known. */
  fault: string | null = null;

  /** @param redis null: there is none to probe */
  constructor(
    private readonly redis: RedisClient | null,
    private readonly key: string,
  ) {}

  start(): void {
    if (!this.redis) return;
    this.timer = setInterval(() => void this.probe(), PROBE_MS).unref();
    void this.probe();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async probe(): Promise<void> {
    // That the line itself is gone is noticed, and logged, where it is held.
    if (this.isProbing || !this.redis?.isReady) return;
    this.isProbing = true;
    const fault = await redisFault(this.redis, this.key);
    this.isProbing = false;
    if (fault === this.fault || !this.redis.isReady) return;
    if (fault) this.logger.error(fault);
    else this.logger.log('Redis does again what is asked of it');
    this.fault = fault;
  }
}
