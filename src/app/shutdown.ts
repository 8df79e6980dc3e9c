import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GracefulShutdown } from '../index';

/** Requests that are still open by then are cut off. */
const FORCE_MS = 9000;
/** The longest that the port stays open for connections that wait to be accepted. */
const BACKLOG_MS = 500;
/** The process has ended by then, whatever hangs. */
const END_MS = 9800;

/**
 * Ends the server so that a balancer and its clients lose nothing: readiness says no first, requests go on being
 * answered for the grace time, with `Connection: close`, and the sockets are sent to other nodes.
 * @param graceMs how long the balancer has to notice
 */
export async function shutDown(app: NestFastifyApplication, graceMs: number): Promise<void> {
  const http: Server = app.getHttpServer();
  refuseUpgrades(http);
  closeWithEmptyBacklog(http);
  setTimeout(() => http.closeAllConnections(), FORCE_MS).unref();
  await Promise.all([app.get(GracefulShutdown).drain(graceMs), pause(graceMs)]);
  await Promise.race([app.close(), pause(END_MS - graceMs)]);
}

/**
 * Connections that wait to be accepted are reset when the port is closed, with the requests that they carry. The event
 * loop accepts one in each turn: the port is closed after a turn that found none.
 */
function closeWithEmptyBacklog(http: Server): void {
  const close = http.close.bind(http);
  let accepted = false;
  http.on('connection', () => {
    accepted = true;
  });
  http.close = (done) => {
    const until = performance.now() + BACKLOG_MS;
    const closeOrWait = (): void => {
      if (!accepted || performance.now() > until) return void close(done);
      accepted = false;
      // The loop polls for connections between the two.
      setImmediate(() => setImmediate(closeOrWait));
    };
    accepted = true;
    closeOrWait();
    return http;
  };
}

/** A new socket would have to move again at once. A proxy asks the next node on 503. */
function refuseUpgrades(http: Server): void {
  http.removeAllListeners('upgrade');
  http.on('upgrade', (_request, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}
