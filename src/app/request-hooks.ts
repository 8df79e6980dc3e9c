import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GracefulShutdown, Metrics } from '../index';

/** Polled every few seconds, so logged at debug level only. */
const PROBE_ROUTES = /^\/(health|metrics)\b/;

/**
 * Hooks for each request: its id in X-Request-Id, a metric and a log line for each response, and `Connection: close`
 * during shutdown. The log has no query strings, headers or bodies, because they can contain secrets.
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
    checkCallerConnected(request.raw.socket, (isConnected) => {
      if (isConnected) return done();
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
    if (PROBE_ROUTES.test(route)) fastify.log.debug(line, 'request');
    else fastify.log.info(line, 'request');
    done();
  });
}

/**
 * Detects requests whose callers disconnected while this process was suspended. They may have been repeated on another
 * node, so executing them now could undo later changes. The end of a connection is read one event loop turn after the
 * request, hence the two `setImmediate`.
 */
function checkCallerConnected(socket: Socket, answer: (isConnected: boolean) => void): void {
  setImmediate(() => setImmediate(() => answer(socket.readyState !== 'writeOnly' && socket.readyState !== 'closed')));
}

const REQUEST_ID = /^[\w-]{8,64}$/;

/** The id from a trusted proxy, so that both logs can be correlated; otherwise a new one. */
export function requestIdOf(headers: NodeJS.Dict<string | string[]>, trustsProxy: boolean): string {
  const given = headers['x-request-id'];
  return trustsProxy && typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
