import { Logger } from '@nestjs/common';
import { createClient } from 'redis';

export type RedisClient = ReturnType<typeof connect>;

const CONNECT_TIMEOUT = 2000;
/** Without a byte for this long the line counts as dead, also where no end of it said so; ms. */
const SOCKET_TIMEOUT = 3000;
/** Keeps a healthy line from falling silent; ms. */
const PING_EVERY = 1000;
/** Longest pause between two attempts to reconnect; ms. */
const LONGEST_PAUSE = 2000;

/**
 * A client that never gives up reconnecting, refuses commands at once while it is away (a request must not wait for
 * Redis), and never ends the process.
 */
export function connect(url: string, name: string) {
  const logger = new Logger(`Redis ${name}`);
  let away = false;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: PING_EVERY,
    socket: {
      connectTimeout: CONNECT_TIMEOUT,
      socketTimeout: SOCKET_TIMEOUT,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 10), LONGEST_PAUSE) * (0.5 + Math.random()),
    },
  });
  client.on('error', (error: Error) => {
    if (!away) logger.warn(`Connection lost: ${error.message}`);
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.log('Connection is back');
    away = false;
  });
  return client;
}
