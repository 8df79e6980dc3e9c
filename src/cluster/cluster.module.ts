import { randomUUID } from 'node:crypto';
import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import { INSTALLATION } from '../common/installation';
import { withTimeout } from '../common/with-timeout';
import { NodeRegistry } from './node-registry';
import { Presence } from './presence';
import { connect, type RedisClient } from './redis';
import { keyPrefix } from './redis-cluster';
import { RedisProbe } from './redis-probe';
import { SignedChannels } from './signed-channels';
import { Throttles } from './throttle';

/** The client for commands, and the channels between nodes; null without Redis. */
export const REDIS = Symbol('REDIS');
export const CHANNELS = Symbol('CHANNELS');
/** Prefix of every key and channel. */
export const NAMESPACE = Symbol('NAMESPACE');

/** A node also starts without Redis, and connects when it becomes available. */
const CONNECT_WAIT_MS = 3000;

/** The two connections to Redis: a subscriber connection accepts no commands. */
class RedisConnections implements OnApplicationShutdown {
  private constructor(
    readonly commands: RedisClient | null,
    readonly subscriber: RedisClient | null,
    /** Closes both. */
    readonly onApplicationShutdown: () => void,
  ) {}

  static async open({ redis }: Config, namespace: string): Promise<RedisConnections> {
    if (!redis) return new RedisConnections(null, null, () => {});
    const connections = [connect(redis, 'commands', namespace), connect(redis, 'subscriber', namespace)] as const;
    const ready = Promise.all(connections.map((connection) => connection.client.connect()));
    await withTimeout(CONNECT_WAIT_MS, ready).catch(() => undefined);
    ready.catch(() => undefined);
    return new RedisConnections(connections[0].client, connections[1].client, () => {
      for (const connection of connections) connection.close();
    });
  }
}

@Global()
@Module({
  providers: [
    Presence,
    {
      provide: RedisConnections,
      inject: [CONFIG, NAMESPACE],
      useFactory: (config: Config, namespace: string) => RedisConnections.open(config, namespace),
    },
    { provide: REDIS, inject: [RedisConnections], useFactory: (connections: RedisConnections) => connections.commands },
    {
      provide: NAMESPACE,
      inject: [CONFIG, INSTALLATION],
      useFactory: ({ redis }: Config, installation: string) => keyPrefix(redis, installation),
    },
    {
      provide: CHANNELS,
      inject: [RedisConnections, CONFIG],
      useFactory: ({ commands, subscriber }: RedisConnections, { encryptionKeys }: Config) =>
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
