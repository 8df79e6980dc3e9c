/** Fastify as we need it: its plugins, its parsers, and its own errors as rows of the table. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import helmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import createFastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { AppError, answerError, type Config, toAppError } from '../index';
import { requestIdOf } from './request-hooks';

/** The longest body of a JSON or form request, bytes. A post of the longest kind fits ten times. */
const BODY_LIMIT_BYTES = 256 * 1024;
/** A request that has not been sent whole by then is dropped, an upload over a slow line too; ms. */
const REQUEST_TIMEOUT_MS = 120_000;
/** How long a browser may remember that an origin is allowed to call. */
const PREFLIGHT_MAX_AGE_SECONDS = 600;
/** No page of ours asks for any of these; no script that got in may. */
const PERMISSIONS_POLICY = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']
  .map((feature) => `${feature}=()`)
  .join(', ');
/** As Node itself answers them. */
const UNREADABLE_STATUS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

export function createAdapter(config: Config): FastifyAdapter {
  const headers = securityHeaders(config);
  return new FastifyAdapter({
    clientErrorHandler: (error, socket) => void headers.then((known) => refuseUnreadable(known, error, socket)),
    // Cookies and tokens are among them. At its wordiest a plugin logs all that a request brought.
    logger: { level: config.logLevel, redact: ['*.headers'] },
    // Our log lines name the request themselves.
    childLoggerFactory: (log: FastifyBaseLogger) => log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy > 0 && ((_address: string, hop: number) => hop < config.trustProxy),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: ({ headers }: IncomingMessage) => requestIdOf(headers, config.trustProxy > 0),
    // A request on a line that is open is answered also while the server ends, and told that the line closes.
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
    // Pages send the content type also where there is nothing to say.
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
}

/** Pages of these origins, and of no others, may read our answers and send the session's cookie. */
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

/** Helmet builds its headers anew for each request, at a quarter of a read's whole cost. Ours are always the same. */
async function securityHeaders(config: Config): Promise<Record<string, string>> {
  const probe = createFastify();
  await probe.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // blob: for what a person is about to post; nothing is ever fetched from elsewhere.
        imgSrc: ["'self'", 'data:', 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // A form post must name its own origin, and no other site learns our addresses.
    referrerPolicy: { policy: 'same-origin' },
    // Other hosts of the domain are not ours to speak for.
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

/** What Node's parser refuses reaches no route; the answer bears the same headers as all others. */
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
