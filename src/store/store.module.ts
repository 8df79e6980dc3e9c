import { randomUUID } from 'node:crypto';
import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { MemoryPresence, type Presence, RedisPresence } from './presence';
import { connect, type RedisClient } from './redis';
import { Throttles } from './throttle';

/** The client for commands and publishing; null on one node. */
export const REDIS = Symbol('REDIS');
export const PRESENCE = Symbol('PRESENCE');

@Injectable()
class StoreLifecycle implements OnApplicationShutdown {
  constructor(
    @Inject(REDIS) private readonly redis: RedisClient | null,
    @Inject(PRESENCE) private readonly presence: Presence,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.presence.close();
    this.redis?.destroy();
  }
}

@Global()
@Module({
  providers: [
    StoreLifecycle,
    {
      provide: REDIS,
      inject: [CONFIG],
      useFactory: async (config: Config) => {
        if (!config.redisUrl) return null;
        const client = connect(config.redisUrl, 'commands');
        // Not awaited for long: a node starts and serves without Redis, and finds it when it comes.
        await Promise.race([
          client.connect().catch(() => undefined),
          new Promise((resolve) => setTimeout(resolve, 3000)),
        ]);
        return client;
      },
    },
    {
      provide: PRESENCE,
      inject: [REDIS],
      useFactory: (redis: RedisClient | null) =>
        redis ? new RedisPresence(redis, randomUUID()) : new MemoryPresence(),
    },
    {
      provide: Throttles,
      inject: [REDIS, CONFIG],
      useFactory: (redis: RedisClient | null, config: Config) => new Throttles(redis, config.rateLimits),
    },
  ],
  exports: [REDIS, PRESENCE, Throttles],
})
export class StoreModule {}
