import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from './app-error';
import { setFlash, toFlash } from './flash';
import { isUnderApi } from './request-kind';
import { toAppError } from './to-app-error';

/** The one way from an error to an answer: JSON under /api and for whoever wants it, a redirect for a page. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = toAppError(thrown);
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    // What an instance does wrong is told to the person, who chose it.
    if (error.status >= 500 && error.status !== 502) this.log(error, request);
    answer(error, request, reply);
  }

  private log(error: AppError, { method, routeOptions }: FastifyRequest): void {
    const cause = error.options.cause;
    const detail = cause instanceof Error ? (error.status === 500 ? cause.stack : cause.message) : '';
    this.logger.error(`${method} ${routeOptions?.url ?? '?'} ${error.code} ${detail ?? ''}`);
  }
}

/** Answers a request with an error of the table. */
export function answer(error: AppError, request: FastifyRequest, reply: FastifyReply): void {
  const { reason, retryAfter } = error.options;
  reply.header('Cache-Control', 'no-store');
  if (retryAfter !== undefined) reply.header('Retry-After', String(retryAfter));
  if (!isPage(request)) {
    reply.status(error.status).send(error.toBody());
    return;
  }
  const target = pageFor(error);
  const asked = request.url.split('?')[0];
  if (asked === target) {
    // Nowhere to send the person to but here: say it on the spot.
    const message = toFlash(error.code)?.message ?? error.message;
    reply.status(error.status).type('text/html; charset=utf-8').send(errorPage(message));
    return;
  }
  setFlash(reply, error.code, reason);
  reply.status(303).header('Location', target).send();
}

/** Under /api an answer is always JSON; elsewhere whoever accepts HTML is a page. */
function isPage(request: FastifyRequest): boolean {
  return !isUnderApi(request) && request.headers.accept?.includes('text/html') === true;
}

function pageFor(error: AppError): string {
  if (error.status === 401) return '/login';
  return error.code === 'PLATFORM_REQUIRED' ? '/platforms' : '/';
}

/** The message is one of ours, from the table: never a word of the caller's. */
function errorPage(message: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Vedfolnir</title><link rel="stylesheet" href="/client/app.css"></head>
<body><main><h1>Vedfolnir</h1><p role="alert">${message}</p><p><a href="/">Try again</a></p></main></body></html>`;
}
