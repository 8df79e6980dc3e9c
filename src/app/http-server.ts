/** Fastify as we need it: its plugins, its parsers, and its own errors as rows of the table. */
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import staticFiles from '@fastify/static';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import createFastify, { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { AppError } from '../common/app-error';
import type { Config } from '../common/config';
import { answer } from '../common/error.filter';
import { isFormPost, isUnderApi } from '../common/request-kind';
import { toAppError } from '../common/to-app-error';
import { MAX_FILE_BYTES } from '../protocol/media';

/** The longest body of a JSON or form request, bytes. A post of the longest kind fits ten times. */
const BODY_LIMIT = 256 * 1024;
/** A request that has not been sent whole by then is dropped, an upload over a slow line too; ms. */
const REQUEST_TIMEOUT = 120_000;
/** One file with its description; bytes. */
const UPLOAD_LIMITS = {
  fileSize: MAX_FILE_BYTES,
  files: 1,
  fields: 2,
  parts: 3,
  fieldSize: 64 * 1024,
  headerPairs: 20,
};
const CLIENT_FOLDER = join(__dirname, '..', '..', 'client');

export function createAdapter(config: Config): FastifyAdapter {
  return new FastifyAdapter({
    // Cookies and tokens are among them. At its wordiest a plugin logs all that a request brought.
    logger: { level: config.logLevel, redact: ['*.headers'] },
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy > 0 && ((_address: string, hop: number) => hop < config.trustProxy),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      answer(toAppError(error), request, reply),
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
  fastify.addHook('preValidation', (request, _reply, done) => {
    const refused =
      (isFormPost(request) && isUnderApi(request)) ||
      (request.isMultipart() && request.routeOptions.url !== '/api/media');
    done(refused ? new AppError('UNSUPPORTED_MEDIA_TYPE') : undefined);
  });

  await app.register(cookie);
  await app.register(formbody);
  await app.register(multipart, { limits: UPLOAD_LIMITS });
  const headers = await securityHeaders(config);
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  // Packed by the build. Nothing that a secret stands in is packed at all: its length would tell of it.
  await app.register(staticFiles, { root: CLIENT_FOLDER, prefix: '/client/', index: false, preCompressed: true });
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
