import type { EndReason } from './end-reasons';

/**
 * The table of all errors: code -> HTTP status -> default message.
 * Code that throws names an error code, never a status.
 */
export const ERRORS = {
  AUTHENTICATION_REQUIRED: { status: 401, message: 'Authentication required' },
  SESSION_EXPIRED: { status: 401, message: 'Session expired' },
  SESSION_INVALID: { status: 401, message: 'Invalid session' },
  SESSION_REVOKED: { status: 401, message: 'This session was ended' },
  INVALID_CREDENTIALS: { status: 401, message: 'Unknown user name or wrong password' },
  SESSION_ERROR: { status: 400, message: 'Session error occurred' },
  PLATFORM_REQUIRED: { status: 400, message: 'Platform context required' },
  OAUTH_STATE_INVALID: { status: 400, message: 'This sign-in was not begun here, or too long ago. Please begin again' },
  VALIDATION_ERROR: { status: 400, message: 'The request is not valid' },
  CSRF_INVALID: { status: 403, message: 'The CSRF token is missing or does not belong to this session' },
  ORIGIN_REFUSED: { status: 403, message: 'Requests from this origin are refused' },
  REAUTHENTICATION_REQUIRED: { status: 403, message: 'Please give your password once more before you do this' },
  FORBIDDEN: { status: 403, message: 'You are not allowed to do this' },
  PLATFORM_ACCESS_DENIED: { status: 403, message: 'You declined access at the instance; no account was connected' },
  REGISTRATION_CLOSED: { status: 403, message: 'Registration is closed' },
  NOT_FOUND: { status: 404, message: 'Not found' },
  PLATFORM_NOT_FOUND: { status: 404, message: 'Platform not found' },
  SESSION_NOT_FOUND: { status: 404, message: 'Session not found' },
  PLATFORM_CONTEXT_STALE: { status: 409, message: 'The active platform has changed since this page was shown' },
  PLATFORM_EXISTS: { status: 409, message: 'This account is already connected' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, message: 'This Idempotency-Key was sent with another request before' },
  POST_NOT_FAILED: { status: 409, message: 'This can be done only with a post that has not been published' },
  PLATFORM_RECONNECT_NEEDED: { status: 409, message: 'This account must be connected again before it can post' },
  USERNAME_TAKEN: { status: 409, message: 'This user name or e-mail address is already in use' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'This content type is not accepted here' },
  PLATFORM_ID_REQUIRED: { status: 428, message: 'The request must name the platform it is meant for (X-Platform-Id)' },
  RATE_LIMITED: { status: 429, message: 'Too many attempts. Please wait and try again' },
  PLATFORM_UNREACHABLE: { status: 502, message: 'The instance cannot be reached' },
  PLATFORM_REJECTED: { status: 502, message: 'The instance refused the request' },
  OUTCOME_UNKNOWN: { status: 503, message: 'It is not known whether the change was saved' },
  DATABASE_ERROR: { status: 503, message: 'Database error occurred' },
  DATABASE_OPERATION_ERROR: { status: 500, message: 'Database operation failed' },
  GENERIC_ERROR: { status: 500, message: 'An unexpected error occurred' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** An invalid field of a request. */
export interface FieldError {
  field: string;
  message: string;
  /** For an exceeded limit: the maximum and the actual value. */
  limit?: number;
  count?: number;
}

/** Body of all JSON error responses, and `err.data` of a refused socket. */
export interface ErrorBody {
  success: false;
  error: string;
  error_code: ErrorCode;
  redirect_url?: string;
  /** Why the session ended; for a 401, if known. */
  reason?: EndReason;
  details?: FieldError[];
  /** Seconds. */
  retry_after?: number;
  state?: unknown;
}
