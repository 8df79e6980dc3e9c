import { Logger } from '@nestjs/common';
import { createClient } from '@redis/client';
import type { RedisTarget } from '../common/config';
import { TimeoutError, withTimeout } from '../common/with-timeout';
import { createRedisCluster, isCluster } from './redis-cluster';

export type RedisClient = ReturnType<typeof createFromUrl>;

const CONNECT_TIMEOUT_MS = 2000;
/** Longest pause between two attempts to reconnect. */
const MAX_RECONNECT_DELAY_MS = 2000;
/**
 * How often the connection is pinged, and how long the answer may take. A dead connection is detected within their sum.
 */
const PING_INTERVAL_MS = 1000;
const PING_TIMEOUT_MS = 1500;
/** A new connection on which nothing happens for so long is closed and opened again. */
const READY_TIMEOUT_MS = 4000;

const OPTIONS = {
  disableOfflineQueue: true,
  socket: {
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Else the handshake with a server that accepts the connection and does not answer would never end.
    socketTimeout: READY_TIMEOUT_MS,
    reconnectStrategy: (retries: number) =>
      Math.min(50 * 2 ** Math.min(retries, 10), MAX_RECONNECT_DELAY_MS) * (0.5 + Math.random()),
  },
};

const createFromUrl = (url: string) => createClient({ url, ...OPTIONS });

function createRedis(target: RedisTarget, key: string): RedisClient {
  if (isCluster(target)) return createRedisCluster(target, key, OPTIONS);
  if (typeof target === 'string') return createFromUrl(target);
  return target.duplicate({ ...OPTIONS, socket: { ...target.options?.socket, ...OPTIONS.socket } }) as RedisClient;
}

/**
 * A client that reconnects forever, rejects commands at once while disconnected (requests must not wait for Redis),
 * detects dead connections that were not closed, and never ends the process.
 * @param target a client of a host is not used itself, but one like it
 * @param key by which the server of a cluster is chosen
 */
export function connect(target: RedisTarget, name: string, key: string): { client: RedisClient; close(): void } {
  const logger = new Logger(`Redis ${name}`);
  const client = createRedis(target, key);
  /** A client of one server opens a broken connection again by itself; doing so here as well would open a second one. */
  const reconnects = !isCluster(target);
  let isClosed = false;
  let isLost = false;
  let progressAt = performance.now();
  client.on('error', (error: Error) => {
    if (!isLost) logger.warn(`Connection lost: ${error.message}`);
    isLost = true;
  });
  client.on('ready', () => {
    if (isLost) logger.log('Connection is back');
    isLost = false;
  });
  for (const step of ['connect', 'ready']) {
    client.on(step, () => {
      progressAt = performance.now();
    });
  }
  const startOver = (reason: string): void => {
    if (isClosed) return;
    client.emit('error', new Error(reason));
    client.destroy();
    progressAt = performance.now();
    client.connect().catch(() => undefined);
  };
  let isChecking = false;
  const timer = setInterval(async () => {
    // The socket's own timeout does not detect this: it counts sent data as activity.
    if (isChecking) return;
    isChecking = true;
    if (client.isReady)
      await withTimeout(PING_TIMEOUT_MS, client.ping()).catch((error: Error) => {
        if (!reconnects || (error instanceof TimeoutError && client.isReady)) startOver(error.message);
      });
    else if (!reconnects && performance.now() - progressAt > READY_TIMEOUT_MS) startOver('No connection');
    isChecking = false;
  }, PING_INTERVAL_MS);
  timer.unref();
  return {
    client,
    close: () => {
      isClosed = true;
      clearInterval(timer);
      // The library leaves a connection open that is only being established.
      client.once('connect', () => client.destroy());
      if (client.isOpen) client.destroy();
    },
  };
}

/**
 * Runs the task once the connection is ready, and again after a reconnect if it fails: commands are rejected while
 * disconnected.
 */
export function whenReady(client: RedisClient, task: () => Promise<unknown>): void {
  const attempt = (): void => {
    task().catch(() => client.once('ready', attempt));
  };
  if (client.isReady) attempt();
  else client.once('ready', attempt);
}
