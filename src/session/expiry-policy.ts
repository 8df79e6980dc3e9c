/** When a session runs out. Pure: one predicate for the code, and beside it the same one for SQL. */
import type { EndReason } from '../protocol/events';

export interface Deadlines {
  idleExpiresAt: Date;
  absoluteExpiresAt: Date;
}

/** The first deadline to come. */
export function expiresAt({ idleExpiresAt, absoluteExpiresAt }: Deadlines): Date {
  return idleExpiresAt < absoluteExpiresAt ? idleExpiresAt : absoluteExpiresAt;
}

/** A session whose deadline is now has run out. */
export function isExpired(deadlines: Deadlines, now: Date): boolean {
  return expiresAt(deadlines) <= now;
}

/** The twin of `!isExpired`, for a row `s` that has not been ended. Takes `:now`. */
export const UNEXPIRED_SQL = 's.idle_expires_at > :now AND s.absolute_expires_at > :now';
/** A session that may be used. Takes `:now`. */
export const LIVE_SQL = `s.ended_at IS NULL AND ${UNEXPIRED_SQL}`;

/** Which deadline comes first: the reason that is given when it passes. */
export function expiryReason(deadlines: Deadlines): Extract<EndReason, 'idle' | 'absolute'> {
  return deadlines.idleExpiresAt < deadlines.absoluteExpiresAt ? 'idle' : 'absolute';
}

/** The twin of `expiryReason`, for a row `s`. */
export const EXPIRY_REASON_SQL = "CASE WHEN s.idle_expires_at < s.absolute_expires_at THEN 'idle' ELSE 'absolute' END";

export interface ExpiryPolicy {
  /** Milliseconds. */
  idleTimeout: number;
  sessionLifetime: number;
}

export function deadlinesAfter(policy: ExpiryPolicy, createdAt: Date, activityAt: Date): Deadlines {
  return {
    idleExpiresAt: new Date(activityAt.getTime() + policy.idleTimeout),
    absoluteExpiresAt: new Date(createdAt.getTime() + policy.sessionLifetime),
  };
}

/** At most one write a minute and session; more often only where the idle limit itself is short. */
const ACTIVITY_INTERVAL_MS = 60_000;

/** An activity is noted now where the last one on record is from then or earlier. */
export function activityDueAfter(policy: ExpiryPolicy, now: Date): Date {
  return new Date(now.getTime() - Math.min(ACTIVITY_INTERVAL_MS, policy.idleTimeout / 10));
}

/** Nobody who presses "stay signed in" again so soon gains by it; ms. */
const EXTENSION_INTERVAL_MS = 1000;

/**
 * As `activityDueAfter`, for a person's express wish: it is heard at once, but the tabs need not hear of fifty in a
 * second. The sign-in was no such wish, so the first one counts however soon it comes.
 */
export function extensionDueAfter(policy: ExpiryPolicy, createdAt: Date, now: Date): Date {
  const after = now.getTime() - Math.min(EXTENSION_INTERVAL_MS, policy.idleTimeout / 10);
  return new Date(Math.max(after, createdAt.getTime()));
}
