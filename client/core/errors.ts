import type { ErrorBody, ErrorCode, FieldError } from '../../src/protocol/errors';
import type { SessionState } from '../../src/protocol/http';

/** `NETWORK_ERROR`: no answer at all, so nothing is known about what the server did. */
export type ApiErrorCode = ErrorCode | 'NETWORK_ERROR';

const SESSION_OVER: ReadonlySet<string> = new Set<ErrorCode>([
  'AUTHENTICATION_REQUIRED',
  'SESSION_EXPIRED',
  'SESSION_INVALID',
  'SESSION_REVOKED',
]);

/** Whether this code says that the session is over, as against a refused password or request. */
export function isSessionOver(code: string | undefined): code is ErrorCode {
  return code !== undefined && SESSION_OVER.has(code);
}

/** An answer that was not a success, or none. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    readonly status: number,
    readonly error_code: ApiErrorCode,
    readonly details: FieldError[] = [],
    /** Seconds. */
    readonly retry_after: number | null = null,
    /** With PLATFORM_CONTEXT_STALE: where the session stands now. */
    readonly state: SessionState | null = null,
  ) {
    super(message);
  }
}

/** By name, not by class: the scripts of a page are bundled apart, each with a class of its own. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError';
}

/** The code in anything that came over a wire: an error body, `err.data` of a refused socket, or neither. */
export function errorCodeOf(value: unknown): ErrorCode | undefined {
  if (typeof value !== 'object' || value === null || !('error_code' in value)) return undefined;
  return typeof value.error_code === 'string' ? (value.error_code as ErrorCode) : undefined;
}

/** @param body the parsed answer, of whatever shape a proxy on the way may have given it. */
export function toApiError(status: number, body: unknown): ApiError {
  const error_code = errorCodeOf(body);
  if (!error_code) return new ApiError(`The server answered with ${status}`, status, 'GENERIC_ERROR');
  const { error, details, retry_after, state } = body as ErrorBody;
  return new ApiError(error, status, error_code, details, retry_after, (state as SessionState | undefined) ?? null);
}
