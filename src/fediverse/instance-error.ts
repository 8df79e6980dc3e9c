import { AppError } from '../common/app-error';

/**
 * How a request to an instance can fail, by what it means for us:
 * - `unreachable`: it never arrived, so nothing was done there
 * - `lost`: it may have arrived, but we have no answer that we understand
 * - `unauthorized`: the token does not work (any more)
 * - `forbidden`: the token works, but was given without the permission that this takes
 * - `refused`: the instance has understood and says no
 * - `limited`: too many requests; later
 */
export type InstanceFault = 'unreachable' | 'lost' | 'unauthorized' | 'forbidden' | 'refused' | 'limited';

/** What a token that was given without a permission is told by; the mark on its connection is known by these words. */
export const LACKS_PERMISSION =
  'The access token lacks a permission: connect the account again, and allow reading and writing';

/** A request to an instance that failed. The message is fit for the person to read, and holds no secret. */
export class InstanceError extends Error {
  constructor(
    readonly fault: InstanceFault,
    message: string,
    /** `retryAfter`: ms, of `limited`. */
    readonly details: { status?: number; retryAfter?: number; cause?: unknown } = {},
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
}

/** What a caller of ours is answered. */
export function toPlatformError(error: unknown): unknown {
  if (!(error instanceof InstanceError)) return error;
  const { fault, message } = error;
  if (error.rejectsToken) return new AppError('PLATFORM_REJECTED', { cause: error, message });
  if (fault === 'limited') return new AppError('PLATFORM_UNREACHABLE', { cause: error, message });
  if (fault !== 'refused') return new AppError('PLATFORM_UNREACHABLE', { cause: error });
  return new AppError('PLATFORM_REJECTED', { cause: error, message: `The instance refused the request: ${message}` });
}
