import { AppError } from '../common/app-error';
import type { FieldError } from '../protocol/errors';

/**
 * How a request to an instance can fail, by what the caller should do:
 * - `unreachable`: the request was not sent, so it had no effect; retry later
 * - `limited`: rate limit, or media still being processed; wait
 * - `lost`: the request may have had its effect; check before sending it again
 * - `duplicate`: the instance reports that it has the object already; check
 * - `unreadable`: the instance reported success in a form that we cannot parse; a retry would not help
 * - `unauthorized`: the token is not valid (any more); reconnect
 * - `forbidden`: the token is valid but lacks the required permission; reconnect
 * - `refused`: the instance refused the request; the message has its reason
 */
export type InstanceFault =
  | 'unreachable'
  | 'limited'
  | 'lost'
  | 'duplicate'
  | 'unreadable'
  | 'unauthorized'
  | 'forbidden'
  | 'refused';

const LACKS = 'The access token lacks a permission';

/** @param scope the missing one, if known */
export function lacksPermission(scope?: string): string {
  return `${LACKS}${scope ? ` (${scope})` : ''}: connect the account again, and allow reading and writing`;
}

/** Whether the reason is a missing permission, which a later success of another request does not disprove. */
export const isAboutPermission = (reason: string | null): boolean => reason?.startsWith(LACKS) ?? false;

export interface InstanceErrorDetails {
  status?: number;
  /** ms; for a rate limit, and for `lost` if the instance has reported a time. */
  retryAfter?: number;
  /** Target of a redirect. */
  location?: URL;
  cause?: unknown;
}

/** A failed request to an instance. The message may be shown to the user and contains no secret. */
export class InstanceError extends Error {
  constructor(
    readonly fault: InstanceFault,
    message: string,
    readonly details: InstanceErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
  }

  get status(): number | undefined {
    return this.details.status;
  }

  /** Only a new token helps: the account must be connected again. */
  get rejectsToken(): boolean {
    return this.fault === 'unauthorized' || this.fault === 'forbidden';
  }

  /** The instance refused this particular request. */
  get isRefusal(): boolean {
    return this.fault === 'refused' || this.fault === 'duplicate';
  }
}

/**
 * Converts an InstanceError to our own error; returns any other value unchanged.
 * @param field form field to report the error at, if there is a form
 */
export function toPlatformError(error: unknown, field?: string): unknown {
  if (!(error instanceof InstanceError)) return error;
  const rejected = error.rejectsToken || error.isRefusal;
  const message = error.isRefusal ? `The instance refused the request: ${error.message}` : error.message;
  const details: FieldError[] | undefined = field ? [{ field, message }] : undefined;
  return new AppError(rejected ? 'PLATFORM_REJECTED' : 'PLATFORM_UNREACHABLE', { cause: error, message, details });
}
