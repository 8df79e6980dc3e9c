import { HttpException } from '@nestjs/common';
import type { EndReason } from '../protocol/end-reasons';
import { ERRORS, type ErrorBody, type ErrorCode, type FieldError } from '../protocol/errors';

export interface AppErrorOptions {
  /** Shown to the caller instead of the table's message. */
  message?: string;
  details?: FieldError[];
  /** Why the session ended. */
  reason?: EndReason;
  /** Seconds. */
  retryAfter?: number;
  /** The current state, for PLATFORM_CONTEXT_STALE. */
  state?: unknown;
  cause?: unknown;
}

/** HttpException's private fields have names that are public in AppError, so its type cannot be extended. */
const BaseException = HttpException as new (
  ...parameters: ConstructorParameters<typeof HttpException>
) => Error & Pick<HttpException, 'getStatus'>;

/** An error for the caller; names a row of the error table. Nest and a host's filters answer it with its status. */
export class AppError extends BaseException {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    readonly options: AppErrorOptions = {},
  ) {
    const { message, status } = ERRORS[code];
    super(options.message ?? message, status, { cause: options.cause });
    this.status = status;
  }

  /** As an HttpException. */
  getResponse(): ErrorBody {
    return this.toBody();
  }

  /** @param loginPath where a page redirects a caller who has to sign in */
  toBody(loginPath = '/login'): ErrorBody {
    const { details, reason, retryAfter, state } = this.options;
    return {
      success: false,
      error: this.message,
      error_code: this.code,
      ...(this.status === 401 && this.code !== 'INVALID_CREDENTIALS' && { redirect_url: loginPath }),
      ...(reason && { reason }),
      ...(details && { details }),
      ...(retryAfter !== undefined && { retry_after: retryAfter }),
      ...(state !== undefined && { state }),
    };
  }
}

/** A VALIDATION_ERROR for one field. */
export function invalidField(field: string, message: string): AppError {
  return new AppError('VALIDATION_ERROR', { details: [{ field, message }] });
}
