import type { ErrorBody, ErrorCode, FieldError } from '../../src/protocol/errors';
import type { SessionState } from '../../src/protocol/http';

/** `NETWORK_ERROR`: no response at all, so it is unknown what the server has done. */
export type ApiErrorCode = ErrorCode | 'NETWORK_ERROR';

const SESSION_OVER: ReadonlySet<string> = new Set<ErrorCode>([
  'AUTHENTICATION_REQUIRED',
  'SESSION_EXPIRED',
  'SESSION_INVALID',
  'SESSION_REVOKED',
]);

/** Whether this code means that the session is over, as opposed to a wrong password or a refused request. */
export function isSessionOver(code: string | undefined): code is ErrorCode {
  return code !== undefined && SESSION_OVER.has(code);
}

/** An error response, or no response. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    readonly status: number,
    readonly error_code: ApiErrorCode,
    readonly details: FieldError[] = [],
    /** Seconds. */
    readonly retry_after: number | null = null,
    /** With PLATFORM_CONTEXT_STALE: the current state of the session. */
    readonly state: SessionState | null = null,
  ) {
    super(message);
  }
}

/** By name, not by class: the scripts of a page are bundled separately, each with its own copy of the class. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError';
}

/**
 * The error code of an unknown value from the network: an error body, `err.data` of a refused socket, or something
 * else.
 */
export function errorCodeOf(value: unknown): ErrorCode | undefined {
  if (typeof value !== 'object' || value === null || !('error_code' in value)) return undefined;
  return typeof value.error_code === 'string' ? (value.error_code as ErrorCode) : undefined;
}

/** @param body the parsed response, of any shape: a proxy may have replaced it */
export function toApiError(status: number, body: unknown): ApiError {
  const error_code = errorCodeOf(body);
  if (!error_code) return new ApiError(`The server answered with ${status}`, status, 'GENERIC_ERROR');
  const { error, details, retry_after, state } = body as ErrorBody;
  return new ApiError(error, status, error_code, details, retry_after, (state as SessionState | undefined) ?? null);
}
