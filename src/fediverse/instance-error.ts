import { AppError } from '../common/app-error';
import type { FieldError } from '../protocol/errors';

/**
 * How a request to an instance can fail, by what it means for us:
 * - `unreachable`: it never arrived, so nothing was done there; again later
 * - `limited`: not now (too many requests, or media still being processed); wait
 * - `lost`: it may have been carried out; look before sending again
 * - `duplicate`: the instance says that it has it already; look
 * - `unreadable`: it answered with success, in a form that we cannot read; asking again would not help
 * - `unauthorized`: the token does not work (any more); reconnect
 * - `forbidden`: the token works, but was given without the permission that this takes; reconnect
 * - `refused`: the instance has understood and says no, in its own words
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

/** @param scope the one that is missing, where it is known */
export function lacksPermission(scope?: string): string {
  return `${LACKS}${scope ? ` (${scope})` : ''}: connect the account again, and allow reading and writing`;
}

/** Whether a connection was marked for lacking a permission, which no later success of another request disproves. */
export const isAboutPermission = (reason: string | null): boolean => reason?.startsWith(LACKS) ?? false;

export interface InstanceErrorDetails {
  status?: number;
  /** ms, of `limited`, and of `lost` where the instance says when it will be back. */
  retryAfter?: number;
  /** Where a redirect leads. */
  location?: URL;
  cause?: unknown;
}

/** A request to an instance that failed. The message is fit for the person to read, and holds no secret. */
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

  /** Nothing helps but another token: the account must be connected again. */
  get rejectsToken(): boolean {
    return this.fault === 'unauthorized' || this.fault === 'forbidden';
  }

  /** The instance said no to this very request. */
  get isRefusal(): boolean {
    return this.fault === 'refused' || this.fault === 'duplicate';
  }
}

/**
 * What a caller of ours is answered.
 * @param field the field of the form that the fault is about, where there is a form
 */
export function toPlatformError(error: unknown, field?: string): unknown {
  if (!(error instanceof InstanceError)) return error;
  const rejected = error.rejectsToken || error.isRefusal;
  const message = error.isRefusal ? `The instance refused the request: ${error.message}` : error.message;
  const details: FieldError[] | undefined = field ? [{ field, message }] : undefined;
  return new AppError(rejected ? 'PLATFORM_REJECTED' : 'PLATFORM_UNREACHABLE', { cause: error, message, details });
}
