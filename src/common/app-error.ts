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

/** An error for the caller; names a row of the error table. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly options: AppErrorOptions = {},
  ) {
    super(options.message ?? ERRORS[code].message, { cause: options.cause });
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  /** @param loginPath where a page redirects a caller who has to sign in */
  toBody(loginPath = '/login'): ErrorBody {
    const { details, reason, retryAfter, state } = this.options;
    return {
      success: false,
      error: this.message,
      error_code: this.code,
      ...(ERRORS[this.code].status === 401 && this.code !== 'INVALID_CREDENTIALS' && { redirect_url: loginPath }),
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
