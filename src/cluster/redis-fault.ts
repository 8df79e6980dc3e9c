import type { RedisClient } from './redis';

const CLUSTER_NODE = 'REDIS_URL leads to a node of a cluster: name the cluster, redis+cluster://host:6379,host:6379';
const SENTINEL = 'REDIS_URL leads to a Sentinel, which is not supported: name a single server';

/**
 * Checks that Redis accepts writes: a server that answers may still be read-only, full, part of a cluster, or
 * restricted for this user.
 * @param key is written, with a lifetime of a minute
 * @returns what is wrong and what to do; null if nothing is
 */
export async function redisFault(redis: RedisClient, key: string): Promise<string | null> {
  const isCluster = 'masters' in redis;
  try {
    // A node of a cluster accepts the keys that happen to be its own.
    const mode = isCluster ? 'standalone' : (await redis.hello()).mode;
    if (mode !== 'standalone') return mode === 'sentinel' ? SENTINEL : CLUSTER_NODE;
    await redis.set(key, '1', { expiration: { type: 'EX', value: 60 } });
    await redis.publish(key, '');
    return null;
  } catch (error) {
    return explainRedisError(error as Error, isCluster);
  }
}

function explainRedisError({ message }: Error, isCluster: boolean): string {
  const [code = ''] = message.split(' ');
  switch (code) {
    case 'READONLY':
      return 'REDIS_URL leads to a read-only replica: name the primary';
    case 'OOM':
      return 'Redis is out of memory: raise maxmemory, or set maxmemory-policy to allkeys-lru';
    case 'MISCONF':
      return 'Redis refuses writes, as it cannot save to disk: give it room, or turn saving off; nothing in it needs to be kept';
    case 'MOVED':
    case 'CROSSSLOT':
    case 'CLUSTERDOWN':
      return isCluster ? `The Redis Cluster refuses commands (${message}): see its CLUSTER INFO` : CLUSTER_NODE;
    case 'NOPERM':
      return `The user in REDIS_URL lacks rights (${message}): give it ~vedfolnir:* &vedfolnir:* +@all`;
    case 'NOAUTH':
    case 'WRONGPASS':
      return 'REDIS_URL: Redis refuses this user or password';
    case 'LOADING':
      return 'Redis is still loading its data';
  }
  return `Redis rejected the command (${message})`;
}
