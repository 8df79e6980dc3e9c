import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { toAppError } from '../common/to-app-error';
import { acknowledgementOf } from '../http/error.filter';
import { SocketTerminator } from './socket-terminator';
import type { AppSocket } from './socket-types';

/** Answers a message with an error of the table; closes the socket if its session is over. */
@Catch()
export class SocketErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Sockets');

  constructor(private readonly ending: SocketTerminator) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = toAppError(thrown);
    if (error.status >= 500)
      this.logger.error(`${error.code} ${(error.options.cause as Error | undefined)?.message ?? ''}`);
    acknowledgementOf(host)?.(error.toBody());
    if (error.status === 401) void this.ending.close(host.switchToWs().getClient<AppSocket>(), error);
  }
}
