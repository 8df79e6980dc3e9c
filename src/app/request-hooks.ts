import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GracefulShutdown, Metrics } from '../index';

/** Asked by machines every few seconds: no line of the log for each. */
const MACHINES = /^\/(health|metrics)\b/;

/**
 * Around each request: its id, which the caller is given as X-Request-Id and every line of the log about it has; a line
 * when it is answered; and what a server that ends tells its clients. No line holds an address with its query, a header
 * or a body: there may be secrets in them.
 */
export function hookRequests(app: NestFastifyApplication): void {
  const shutdown = app.get(GracefulShutdown);
  const observe = app
    .get(Metrics)
    .histogram('vedfolnir_http_request_seconds', 'Requests, by route, method and status', [
      'method',
      'route',
      'status',
    ]);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('X-Request-Id', request.id);
    done();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.method === 'GET' || request.method === 'HEAD') return done();
    whetherCallerWaits(request.raw.socket, (isWaiting) => {
      if (isWaiting) return done();
      reply.hijack();
      request.raw.destroy();
    });
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (shutdown.draining) reply.header('Connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, id: requestId } = request;
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    observe({ method, route, status }, reply.elapsedTime / 1000);
    const line = { requestId, method, route, status, ms: Math.round(reply.elapsedTime), address: request.ip };
    if (MACHINES.test(route)) fastify.log.debug(line, 'request');
    else fastify.log.info(line, 'request');
    done();
  });
}

/**
 * A process that was stopped for a while finds requests whose callers have given up since, and may have been answered by
 * another node: carried out now, they would undo what was done later. That the connection has ended is read one turn
 * of the event loop after the request.
 */
function whetherCallerWaits(socket: Socket, answer: (isWaiting: boolean) => void): void {
  setImmediate(() => setImmediate(() => answer(socket.readyState !== 'writeOnly' && socket.readyState !== 'closed')));
}

const REQUEST_ID = /^[\w-]{8,64}$/;

/** The proxy's id where it is believed and has given one, so that both logs speak of the same. */
export function requestIdOf(headers: NodeJS.Dict<string | string[]>, trustsProxy: boolean): string {
  const given = headers['x-request-id'];
  return trustsProxy && typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
