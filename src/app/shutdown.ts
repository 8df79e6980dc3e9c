import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GracefulShutdown } from '../index';

/** Open requests are aborted after this time. */
const FORCE_CLOSE_AFTER_MS = 9000;
/** How long the port stays open for connections in the accept backlog. */
const MAX_BACKLOG_WAIT_MS = 500;
/** The shutdown is over after this time, even if a part of it hangs. */
const MAX_SHUTDOWN_MS = 9800;

/**
 * Shuts down without failed requests: readiness fails first, requests are answered with `Connection: close` during the
 * grace period, and the sockets move to other nodes.
 * @param graceMs time for the load balancer to notice
 */
export async function shutDown(app: NestFastifyApplication, graceMs: number): Promise<void> {
  const http: Server = app.getHttpServer();
  refuseUpgrades(http);
  closeWithEmptyBacklog(http);
  setTimeout(() => http.closeAllConnections(), FORCE_CLOSE_AFTER_MS).unref();
  // Not awaited: sockets that are still open after the grace period are closed with the app.
  app
    .get(GracefulShutdown)
    .drain(graceMs)
    .catch(() => undefined);
  await pause(graceMs);
  await Promise.race([app.close(), pause(MAX_SHUTDOWN_MS - graceMs, undefined, { ref: false })]);
}

/**
 * Closing the port resets connections in the accept backlog, and their requests. The event loop accepts one per turn,
 * so the port is closed after a turn without a new connection. Only one that arrives right then is still reset.
 */
function closeWithEmptyBacklog(http: Server): void {
  const close = http.close.bind(http);
  let accepted = false;
  http.on('connection', () => {
    accepted = true;
  });
  http.close = (done) => {
    const until = performance.now() + MAX_BACKLOG_WAIT_MS;
    const closeOrWait = (): void => {
      if (!accepted || performance.now() > until) return void close(done);
      accepted = false;
      // The event loop polls for connections between the two.
      setImmediate(() => setImmediate(closeOrWait));
    };
    accepted = true;
    closeOrWait();
    return http;
  };
}

/** A new socket would have to move again immediately; on 503 a proxy tries the next node. */
function refuseUpgrades(http: Server): void {
  http.removeAllListeners('upgrade');
  http.on('upgrade', (_request, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}
