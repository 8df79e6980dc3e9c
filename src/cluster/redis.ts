import { Logger } from '@nestjs/common';
import { createClient } from 'redis';
import type { RedisClientLike } from '../common/config';
import { withTimeout } from '../common/with-timeout';

export type RedisClient = ReturnType<typeof createFromUrl>;

const CONNECT_TIMEOUT_MS = 2000;
/** Longest pause between two attempts to reconnect; ms. */
const MAX_RECONNECT_DELAY_MS = 2000;
/** How often the line is tried, and how long its answer may take; ms. A dead line is found within their sum. */
const PING_INTERVAL_MS = 1000;
const PING_TIMEOUT_MS = 1500;
/** A new line that has not become usable by then is given up; ms. */
const READY_TIMEOUT_MS = 4000;

const OPTIONS = {
  disableOfflineQueue: true,
  socket: {
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectStrategy: (retries: number) =>
      Math.min(50 * 2 ** Math.min(retries, 10), MAX_RECONNECT_DELAY_MS) * (0.5 + Math.random()),
  },
};

const createFromUrl = (url: string) => createClient({ url, ...OPTIONS });

/** @param target a URL, or a client of a host that is connected there */
function createRedis(target: string | RedisClientLike): RedisClient {
  if (typeof target === 'string') return createFromUrl(target);
  return target.duplicate({ ...OPTIONS, socket: { ...target.options?.socket, ...OPTIONS.socket } }) as RedisClient;
}

/**
 * A client that never gives up reconnecting, refuses commands at once while it is away (a request must not wait for
 * Redis), finds a line that is dead without having ended, and never ends the process.
 */
export function connect(target: string | RedisClientLike, name: string): { client: RedisClient; close(): void } {
  const logger = new Logger(`Redis ${name}`);
  const client = createRedis(target);
  let away = false;
  let progressAt = performance.now();
  client.on('error', (error: Error) => {
    if (!away) logger.warn(`Connection lost: ${error.message}`);
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.log('Connection is back');
    away = false;
  });
  for (const step of ['connect', 'reconnecting', 'ready']) {
    client.on(step, () => {
      progressAt = performance.now();
    });
  }
  const startOver = (reason: string): void => {
    client.emit('error', new Error(reason));
    client.destroy();
    progressAt = performance.now();
    client.connect().catch(() => undefined);
  };
  let trying = false;
  const timer = setInterval(async () => {
    // The socket's own timeout does not see this: it counts what is sent as a sign of life.
    if (trying) return;
    trying = true;
    if (client.isReady) await withTimeout(PING_TIMEOUT_MS, client.ping()).catch(() => startOver('No answer'));
    else if (performance.now() - progressAt > READY_TIMEOUT_MS) startOver('No connection');
    trying = false;
  }, PING_INTERVAL_MS);
  timer.unref();
  return {
    client,
    close: () => {
      clearInterval(timer);
      if (client.isOpen) client.destroy();
    },
  };
}

/** Does something once, as soon as the line is there: commands are refused while it is not. */
export function whenReady(client: RedisClient, task: () => Promise<unknown>): void {
  const attempt = (): void => {
    task().catch(() => client.once('ready', attempt));
  };
  if (client.isReady) attempt();
  else client.once('ready', attempt);
}
