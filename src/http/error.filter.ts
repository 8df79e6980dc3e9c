import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger } from '@nestjs/common';
import { AppError } from '../common/app-error';
import { CONFIG, type Config } from '../common/config';
import { toAppError } from '../common/to-app-error';
import type { ErrorBody } from '../protocol/errors';
import { answerError } from './error-answer';
import type { HttpRequest, HttpResponse } from './http-types';

/** For our own routes: every error becomes a row of the error table. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = toAppError(thrown);
    if (host.getType() === 'ws') {
      answerMessage(error, host);
      return;
    }
    const request = host.switchToHttp().getRequest<HttpRequest>();
    const response = host.switchToHttp().getResponse<HttpResponse>();
    // 502 is not logged: the user, who chose the instance, sees its failures.
    if (error.status >= 500 && error.status !== 502) this.log(error, request);
    answerError(error, request, response, this.config.routes);
  }

  private log(error: AppError, { method, routeOptions, id }: HttpRequest): void {
    const cause = error.options.cause;
    const detail = cause instanceof Error ? (error.status === 500 ? cause.stack : cause.message) : '';
    const request = typeof id === 'string' ? ` (request ${id})` : '';
    this.logger.error(`${method} ${routeOptions?.url ?? ''} ${error.code}${request} ${detail ?? ''}`);
  }
}

/** For routes of a host: handles only our errors; other exceptions pass on to the host's filters. */
@Catch(AppError)
export class SessionErrorFilter extends ErrorFilter {}

/** Sends the error as the message's acknowledgement, or without one as `exception`, as Nest does. */
function answerMessage(error: AppError, host: ArgumentsHost): void {
  const acknowledge = acknowledgementOf(host);
  if (acknowledge) acknowledge(error.toBody());
  else host.switchToWs().getClient<{ emit(name: string, body: ErrorBody): void }>().emit('exception', error.toBody());
}

/** By which a message is answered; undefined if its sender waits for no answer. */
export function acknowledgementOf(host: ArgumentsHost) {
  return host.getArgs().find((argument): argument is (body: ErrorBody) => void => typeof argument === 'function');
}
