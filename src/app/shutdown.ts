import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GracefulShutdown } from '../index';

/** Requests that are still open by then are cut off. */
const FORCE_MS = 9000;
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
  setTimeout(() => http.closeAllConnections(), FORCE_MS).unref();
  await Promise.all([app.get(GracefulShutdown).drain(graceMs), pause(graceMs)]);
  await Promise.race([app.close(), pause(END_MS - graceMs)]);
}

/** A new socket would have to move again at once. A proxy asks the next node on 503. */
function refuseUpgrades(http: Server): void {
  http.removeAllListeners('upgrade');
  http.on('upgrade', (_request, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}
