/** Configures Fastify: plugins, body parsers, and its own errors as entries of the error table. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import helmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import createFastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { AppError, answerError, type Config, toAppError } from '../index';
import { requestIdOf } from './request-hooks';

/** Of a JSON or form request; several times the longest post. */
const MAX_BODY_BYTES = 256 * 1024;
/** Time to receive a complete request, including uploads over slow connections. */
const REQUEST_TIMEOUT_MS = 120_000;
/** How long a browser may cache a CORS preflight. */
const PREFLIGHT_MAX_AGE_SECONDS = 600;
/** Our pages use none of these features; this denies them to injected scripts. */
const PERMISSIONS_POLICY = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']
  .map((feature) => `${feature}=()`)
  .join(', ');
/** The status that Node itself sends for these errors. */
const UNREADABLE_STATUS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

export function createAdapter(config: Config): FastifyAdapter {
  const headers = securityHeaders(config);
  return new FastifyAdapter({
    clientErrorHandler: (error, socket) => void headers.then((known) => refuseUnreadable(known, error, socket)),
    // Headers contain cookies and tokens, and at trace level a plugin logs whole requests.
    logger: { level: config.logLevel, redact: ['*.headers'] },
    // Our log lines include the request id themselves.
    childLoggerFactory: (log: FastifyBaseLogger) => log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy > 0 && ((_address: string, hop: number) => hop < config.trustProxy),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: ({ headers }: IncomingMessage) => requestIdOf(headers, config.trustProxy > 0),
    // Requests on open connections are still answered during shutdown, with `Connection: close`.
    return503OnClosing: false,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      answerError(toAppError(error), request, reply, config.routes),
  });
}

export async function configureHttp(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Our pages send this content type with empty bodies too.
    if (body === '') done(null, undefined);
    else parseJson(request, body as string, done);
  });
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body as string)));
  });
  allowOrigins(app, config);
  const headers = await securityHeaders(config);
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    if (hasMoreToCome(request.raw)) answerBeforeTheEnd(request.raw, reply);
    done();
  });
}

/** Whether a part of the body has not arrived yet. */
function hasMoreToCome({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0);
}

/**
 * Closing the connection while the caller is still sending would reset it, and the answer would be lost. It is therefore
 * closed after the rest of the body, which Node reads and discards; at once only while this node stops.
 */
function answerBeforeTheEnd(request: IncomingMessage, reply: FastifyReply): void {
  const { raw } = reply;
  const closes = !raw.shouldKeepAlive || reply.hasHeader('connection');
  reply.removeHeader('connection');
  raw.shouldKeepAlive = true;
  if (!closes) return;
  const close = () => request.socket.end();
  raw.once('finish', () => (request.complete ? close() : request.once('end', close)));
}

/** Only pages of these origins may read responses and send the session cookie. */
function allowOrigins(app: NestFastifyApplication, { allowedOrigins }: Config): void {
  if (allowedOrigins.length === 0) return;
  app.enableCors({
    origin: [...allowedOrigins],
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['retry-after'],
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  });
}

/** Computes helmet's constant headers once: per request they take a quarter of the time of a read. */
async function securityHeaders(config: Config): Promise<Record<string, string>> {
  const probe = createFastify();
  await probe.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // blob: for previews of uploads; no images from other origins.
        imgSrc: ["'self'", 'data:', 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Form posts must send their origin; other sites receive no referrer.
    referrerPolicy: { policy: 'same-origin' },
    // Subdomains may belong to other applications.
    strictTransportSecurity: config.publicOrigin?.startsWith('https:')
      ? { maxAge: 31_536_000, includeSubDomains: false }
      : false,
  });
  probe.get('/', (_request, reply) => reply.status(204).send());
  const { headers } = await probe.inject('/');
  await probe.close();
  const { date, connection, ...security } = headers;
  return { ...(security as Record<string, string>), 'permissions-policy': PERMISSIONS_POLICY };
}

/** Answers requests that Node's parser refuses, which reach no route, with the same headers as all others. */
function refuseUnreadable(headers: Record<string, string>, error: Error & { code?: string }, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const status = UNREADABLE_STATUS[error.code ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify(new AppError('VALIDATION_ERROR').toBody());
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`);
}
