import { randomUUID } from 'node:crypto';
import { Global, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import { INSTALLATION } from '../common/installation';
import { withTimeout } from '../common/with-timeout';
import { NodeRegistry } from './node-registry';
import { Presence } from './presence';
import { connect, type RedisClient } from './redis';
import { RedisProbe } from './redis-probe';
import { SignedChannels } from './signed-channels';
import { Throttles } from './throttle';

/** The client for commands, and the channels between nodes; null without Redis. */
export const REDIS = Symbol('REDIS');
export const CHANNELS = Symbol('CHANNELS');
/** Stands before every key and channel. */
export const NAMESPACE = Symbol('NAMESPACE');

/** A node starts and serves without Redis, and connects as soon as it is there. */
const CONNECT_WAIT_MS = 3000;

/** Both connections to Redis: one that subscribes takes no commands. */
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
    await withTimeout(CONNECT_WAIT_MS, ready).catch(() => undefined);
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
    private readonly probe: RedisProbe,
  ) {}

  onModuleInit(): void {
    this.probe.start();
  }

  onApplicationShutdown(): void {
    this.probe.stop();
    this.lines.close();
  }
}

@Global()
@Module({
  providers: [
    ClusterLifecycle,
    Presence,
    { provide: RedisLines, inject: [CONFIG], useFactory: (config: Config) => RedisLines.open(config) },
    { provide: REDIS, inject: [RedisLines], useFactory: (lines: RedisLines) => lines.commands },
    { provide: NAMESPACE, inject: [INSTALLATION], useFactory: (installation: string) => `vedfolnir:${installation}` },
    {
      provide: CHANNELS,
      inject: [RedisLines, CONFIG],
      useFactory: ({ commands, subscriber }: RedisLines, { encryptionKeys }: Config) =>
        commands && subscriber && new SignedChannels(commands, subscriber, encryptionKeys),
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
  ],
  exports: [REDIS, CHANNELS, NAMESPACE, Presence, Throttles, NodeRegistry, RedisProbe],
})
export class ClusterModule {}
