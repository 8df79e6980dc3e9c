import { createCluster, ErrorReply, type RedisClusterOptions } from '@redis/client';
import type { RedisClientLike, RedisTarget } from '../common/config';
import type { RedisClient } from './redis';

type Listener = (message: Buffer, channel: Buffer) => unknown;
type NodeOptions = NonNullable<RedisClusterOptions['defaults']>;

type ClusterTarget = readonly string[] | (RedisClientLike & { readonly _options: RedisClusterOptions });

export const isCluster = (target: RedisTarget | null): target is ClusterTarget =>
  typeof target === 'object' && target !== null && (Array.isArray(target) || 'masters' in target);

/** Prefix of every key and channel. In a cluster the braces put all of them into one slot, and so on one server. */
export const keyPrefix = (target: RedisTarget | null, installation: string) =>
  `vedfolnir:${isCluster(target) ? `{${installation}}` : installation}`;

function clusterOptions(target: ClusterTarget): RedisClusterOptions {
  if ('_options' in target) return target._options;
  const { username, password, protocol } = new URL(target[0]!);
  const socket = protocol === 'rediss:' ? { tls: true as const } : {};
  return {
    rootNodes: target.map((url) => ({ url })),
    defaults: {
      username: decodeURIComponent(username) || undefined,
      password: decodeURIComponent(password) || undefined,
      socket,
    } as NodeOptions,
  };
}

/**
 * A client of a Redis Cluster with the interface of a client of one server: that which has the slot of `key`. It does not
 * reconnect or follow the slot by itself. At the first fault it is no longer ready; `connect` asks where the slot is, and
 * subscribes again.
 */
export function createRedisCluster(
  target: ClusterTarget,
  key: string,
  { socket, ...options }: NodeOptions,
): RedisClient {
  const given = clusterOptions(target);
  const cluster = createCluster({
    ...given,
    defaults: {
      ...given.defaults,
      ...options,
      socket: { ...given.defaults?.socket, ...socket, reconnectStrategy: false },
    } as NodeOptions,
    // Connects to the server with the slot only: others may be down.
    minimizeConnections: true,
    useReplicas: false,
    maxCommandRedirections: 0,
  });
  const subscriptions = new Map<string, Listener>();
  let isReady = false;
  /** Why the last server could not be asked. */
  let reason: Error | undefined;

  const client = Object.create(cluster, {
    isReady: { get: () => isReady },
    connect: {
      value: async () => {
        await cluster.connect().catch((error: Error) => {
          throw reason ?? error;
        });
        for (const [channel, listener] of subscriptions) await cluster.sSubscribe(channel, listener, true);
        await client.ping();
        isReady = true;
        client.emit('ready');
      },
    },
    destroy: {
      value: () => {
        isReady = false;
        cluster.destroy();
      },
    },
    ping: {
      value: async () => {
        // An error is an answer as well; that the slot has moved is not an ErrorReply.
        const command = cluster.exists(key).catch((error: unknown) => {
          if (!(error instanceof ErrorReply)) throw error;
        });
        await Promise.all([command, ...cluster.masters.map(({ pubSub }) => pubSub?.client.ping())]);
      },
    },
    publish: { value: (channel: string, message: string | Buffer) => cluster.sPublish(channel, message) },
    sSubscribe: {
      value: async (channel: string, listener: Listener) => {
        await cluster.sSubscribe(channel, listener, true);
        subscriptions.set(channel, listener);
      },
    },
    // The library would send commands without a key, such as PUBSUB, to any server.
    sendCommand: { value: async (args: string[]) => (await cluster.getNodeClientForKey(key)).sendCommand(args) },
  }) as RedisClient;
  const fail = (error: Error): void => {
    isReady = false;
    client.emit('error', error);
  };
  cluster.on('node-error', fail);
  cluster.on('sharded-channel-moved-error', fail);
  cluster.on('error', (error: Error) => {
    reason = error;
  });
  // The library subscribes again as well where a server has left the cluster, and does not handle its failure.
  cluster.removeAllListeners('__resubscribeListeners');
  return client;
}
