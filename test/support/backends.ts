/** The two ways to run the product; `describe.each(BACKENDS)` runs a suite against both. */
import { randomBytes } from 'node:crypto';
import { findBinary } from '../../scripts/lib/binaries.cjs';
import { FULL } from './scale';
import { hearing, type ServerNode, startNode } from './server';
import { migratedDatabase, startRedis } from './services';
import { sharedNodes } from './shared';

export interface Running {
  nodes: ServerNode[];
  stop(): Promise<void>;
}

export interface Backend {
  name: string;
  /** @param env environment of every node */
  start(env?: Record<string, string | undefined>): Promise<Running>;
  /** Nodes in the default environment, shared by all suites; the administrator is `ADMIN`. */
  shared(): Promise<Running>;
}

const shared = async (what: 'node' | 'cluster'): Promise<Running> => ({
  nodes: await sharedNodes(what),
  stop: async () => {},
});

/** Base64 of 32 random bytes, the format of ENCRYPTION_KEYS. */
export const encryptionKey = (): string => randomBytes(32).toString('base64');

/** A separate Redis server if one is installed, as channels are global to a server. */
async function redisForSuite(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.TEST_REDIS_URL;
  if (!findBinary('redis-server') && given) return { url: given, stop: async () => {} };
  return startRedis();
}

export interface Cluster extends Running {
  /** Starts one more node. */
  join(): Promise<ServerNode>;
}

/** Several nodes on one fresh database and one Redis, which receive each other's messages. */
export async function startCluster(count: number, env: Record<string, string | undefined> = {}): Promise<Cluster> {
  const [databaseUrl, redis] = await Promise.all([migratedDatabase(), redisForSuite()]);
  const shared = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, ENCRYPTION_KEYS: encryptionKey(), ...env };
  const nodes: ServerNode[] = [];
  const join = async () => {
    const node = await startNode(shared);
    nodes.push(node);
    return node;
  };
  for (let index = 0; index < count; index++) await join();
  await hearing(nodes);
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  };
  return { nodes, join, stop };
}

export const BACKENDS: Backend[] = [
  {
    name: 'SQLite, one node',
    start: async (env) => {
      const node = await startNode(env);
      return { nodes: [node], stop: async () => void (await node.stop()) };
    },
    shared: () => shared('node'),
  },
  {
    name: 'MariaDB + Redis, two nodes',
    start: (env) => startCluster(2, env),
    shared: () => shared('cluster'),
  },
];

/** For suites whose queries other suites try on both, or that need none: the short form runs them on one. */
export const ANY_BACKEND: Backend[] = FULL ? BACKENDS : BACKENDS.slice(-1);
