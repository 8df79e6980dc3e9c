import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RedisClient } from './redis';
import { redisFault } from './redis-fault';

const PROBE_INTERVAL_MS = 2000;

/** Detects a Redis that answers but does not accept writes, and logs that. */
export class RedisProbe implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  private timer: NodeJS.Timeout | undefined;
  private isProbing = false;
  /** What is wrong and what to do; null if nothing is known to be wrong. */
  fault: string | null = null;

  /** @param redis null: nothing to probe */
  constructor(
    private readonly redis: RedisClient | null,
    private readonly key: string,
  ) {}

  onModuleInit(): void {
    if (!this.redis) return;
    this.timer = setInterval(() => void this.probe(), PROBE_INTERVAL_MS).unref();
    void this.probe();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async probe(): Promise<void> {
    // A lost connection is detected and logged by the connection itself.
    if (this.isProbing || !this.redis?.isReady) return;
    this.isProbing = true;
    const fault = await redisFault(this.redis, this.key);
    this.isProbing = false;
    if (fault === this.fault || !this.redis.isReady) return;
    if (fault) this.logger.error(fault);
    else this.logger.log('Redis works again');
    this.fault = fault;
  }
}
