import { randomUUID } from 'node:crypto';
import { Global, Inject, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DomainEvents } from '../common/domain-events';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { Heartbeat } from './heartbeat';
import { MemoryPresence, type Presence, RedisPresence } from './presence';
import { connect, type RedisClient } from './redis';
import { Relay } from './relay';
import { Throttles } from './throttle';

/** The client for commands and publishing, and the one that listens; null on one node. */
export const REDIS = Symbol('REDIS');
export const SUBSCRIBER = Symbol('SUBSCRIBER');
export const PRESENCE = Symbol('PRESENCE');

/** A node starts and serves without Redis, and finds it when it comes; ms. */
const PATIENCE = 3000;

async function connected(config: Config, name: string): Promise<RedisClient | null> {
  if (!config.redisUrl) return null;
  const client = connect(config.redisUrl, name);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  await Promise.race([client.connect().catch(() => undefined), patience]);
  clearTimeout(timer);
  return client;
}

@Injectable()
class StoreLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(REDIS) private readonly redis: RedisClient | null,
    @Inject(SUBSCRIBER) private readonly subscriber: RedisClient | null,
    @Inject(PRESENCE) private readonly presence: Presence,
    private readonly heartbeat: Heartbeat,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    this.heartbeat.start();
    if (this.redis && this.subscriber) new Relay(this.redis, this.subscriber, this.events).start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.heartbeat.stop();
    await this.presence.close();
    this.subscriber?.destroy();
    this.redis?.destroy();
  }
}

@Global()
@Module({
  providers: [
    StoreLifecycle,
    { provide: REDIS, inject: [CONFIG], useFactory: (config: Config) => connected(config, 'commands') },
    { provide: SUBSCRIBER, inject: [CONFIG], useFactory: (config: Config) => connected(config, 'subscriber') },
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
    {
      provide: Heartbeat,
      inject: [REDIS, SUBSCRIBER],
      useFactory: (publisher: RedisClient | null, subscriber: RedisClient | null) =>
        new Heartbeat(publisher && subscriber && { publisher, subscriber }),
    },
  ],
  exports: [REDIS, SUBSCRIBER, PRESENCE, Throttles, Heartbeat],
})
export class StoreModule {}
