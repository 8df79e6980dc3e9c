import { randomUUID } from 'node:crypto';
import { Global, Inject, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import { DomainEvents } from '../common/domain-events';
import { INSTALLATION } from '../common/installation';
import { withTimeout } from '../common/with-timeout';
import { ClusterEventBus } from './cluster-event-bus';
import { Heartbeat } from './heartbeat';
import { NodeRegistry } from './node-registry';
import { MemoryPresence, type Presence, RedisPresence } from './presence';
import { connect, type RedisClient } from './redis';
import { RedisProbe } from './redis-probe';
import { Throttles } from './throttle';

/** The client for commands and publishing, and the one that listens; null on one node. */
export const REDIS = Symbol('REDIS');
export const SUBSCRIBER = Symbol('SUBSCRIBER');
export const PRESENCE = Symbol('PRESENCE');
/** Stands before every key and channel. */
export const NAMESPACE = Symbol('NAMESPACE');

/** A node starts and serves without Redis, and finds it when it comes; ms. */
const PATIENCE = 3000;

/** Both lines to Redis, and how to let go of them. */
class RedisLines {
  private constructor(
    readonly commands: RedisClient | null,
    readonly subscriber: RedisClient | null,
    readonly close: () => void,
  ) {}

  static async open(config: Config): Promise<RedisLines> {
    if (!config.redis) return new RedisLines(null, null, () => {});
    const lines = [connect(config.redis, 'commands'), connect(config.redis, 'subscriber')] as const;
    const ready = Promise.all(lines.map((line) => line.client.connect()));
    await withTimeout(PATIENCE, ready).catch(() => undefined);
    ready.catch(() => undefined);
    return new RedisLines(lines[0].client, lines[1].client, () => {
      for (const line of lines) line.close();
    });
  }
}

@Injectable()
class ClusterLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly lines: RedisLines,
    @Inject(PRESENCE) private readonly presence: Presence,
    private readonly heartbeat: Heartbeat,
    private readonly probe: RedisProbe,
    private readonly events: DomainEvents,
    @Inject(NAMESPACE) private readonly namespace: string,
  ) {}

  onModuleInit(): void {
    this.heartbeat.start();
    this.probe.start();
    const { commands, subscriber } = this.lines;
    if (commands && subscriber) new ClusterEventBus(commands, subscriber, this.events, this.namespace).start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.heartbeat.stop();
    this.probe.stop();
    await this.presence.close();
    this.lines.close();
  }
}

@Global()
@Module({
  providers: [
    ClusterLifecycle,
    { provide: RedisLines, inject: [CONFIG], useFactory: (config: Config) => RedisLines.open(config) },
    { provide: REDIS, inject: [RedisLines], useFactory: (lines: RedisLines) => lines.commands },
    { provide: SUBSCRIBER, inject: [RedisLines], useFactory: (lines: RedisLines) => lines.subscriber },
    { provide: NAMESPACE, inject: [INSTALLATION], useFactory: (installation: string) => `vedfolnir:${installation}` },
    {
      provide: PRESENCE,
      inject: [REDIS, NAMESPACE, Clock],
      useFactory: (redis: RedisClient | null, namespace: string, clock: Clock) =>
        redis ? new RedisPresence(redis, namespace, randomUUID(), clock) : new MemoryPresence(),
    },
    {
      provide: Throttles,
      inject: [REDIS, NAMESPACE, CONFIG],
      useFactory: (redis: RedisClient | null, namespace: string, config: Config) =>
        new Throttles(redis, namespace, config.rateLimits),
    },
    {
      provide: RedisProbe,
      inject: [REDIS, NAMESPACE],
      useFactory: (redis: RedisClient | null, namespace: string) => new RedisProbe(redis, `${namespace}:probe`),
    },
    {
      provide: NodeRegistry,
      inject: [REDIS, NAMESPACE, Clock],
      useFactory: (redis: RedisClient | null, namespace: string, clock: Clock) =>
        new NodeRegistry(redis, namespace, randomUUID(), clock),
    },
    {
      provide: Heartbeat,
      inject: [REDIS, SUBSCRIBER],
      useFactory: (publisher: RedisClient | null, subscriber: RedisClient | null) =>
        new Heartbeat(publisher && subscriber && { publisher, subscriber }),
    },
  ],
  exports: [REDIS, SUBSCRIBER, NAMESPACE, PRESENCE, Throttles, Heartbeat, NodeRegistry, RedisProbe],
})
export class ClusterModule {}
