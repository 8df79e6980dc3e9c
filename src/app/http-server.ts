/** Fastify as we need it: its plugins, its parsers, and its own errors as rows of the table. */
import type { IncomingMessage } from 'node:http';
import helmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import createFastify, { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Config } from '../common/config';
import { toAppError } from '../common/to-app-error';
import { answerError } from '../http/error-answer';
import { requestIdOf } from './request-hooks';

/** The longest body of a JSON or form request, bytes. A post of the longest kind fits ten times. */
const BODY_LIMIT = 256 * 1024;
/** A request that has not been sent whole by then is dropped, an upload over a slow line too; ms. */
const REQUEST_TIMEOUT = 120_000;

export function createAdapter(config: Config): FastifyAdapter {
  return new FastifyAdapter({
    // Cookies and tokens are among them. At its wordiest a plugin logs all that a request brought.
    logger: { level: config.logLevel, redact: ['*.headers'] },
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy > 0 && ((_address: string, hop: number) => hop < config.trustProxy),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
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
  const headers = await securityHeaders(config);
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
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
    strictTransportSecurity: config.publicOrigin?.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  });
  probe.get('/', (_request, reply) => reply.status(204).send());
  const { headers } = await probe.inject('/');
  await probe.close();
  const { date, connection, ...security } = headers;
  return security as Record<string, string>;
}
