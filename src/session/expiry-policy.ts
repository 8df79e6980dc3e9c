/** Session expiry. Pure; each predicate exists for code and for SQL. */
import type { EndReason } from '../protocol/events';

export interface Deadlines {
  idleExpiresAt: Date;
  absoluteExpiresAt: Date;
}

/** The earlier deadline. */
export function expiresAt({ idleExpiresAt, absoluteExpiresAt }: Deadlines): Date {
  return idleExpiresAt < absoluteExpiresAt ? idleExpiresAt : absoluteExpiresAt;
}

/** A session whose deadline is exactly now has expired. */
export function isExpired(deadlines: Deadlines, now: Date): boolean {
  return expiresAt(deadlines) <= now;
}

/** `!isExpired` in SQL, for a row `s` that has not been ended. Takes `:now`. */
export const UNEXPIRED_SQL = 's.idle_expires_at > :now AND s.absolute_expires_at > :now';
/** A live session, in SQL. Takes `:now`. */
export const LIVE_SQL = `s.ended_at IS NULL AND ${UNEXPIRED_SQL}`;

/** The end reason given when the earlier deadline passes. */
export function expiryReason(deadlines: Deadlines): Extract<EndReason, 'idle' | 'absolute'> {
  return deadlines.idleExpiresAt < deadlines.absoluteExpiresAt ? 'idle' : 'absolute';
}

/** `expiryReason` in SQL, for a row `s`. */
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

/** At most one write per minute and session; more only where the idle timeout itself is short. */
const ACTIVITY_INTERVAL_MS = 60_000;

/** An activity is recorded now if the last recorded one is not later than this. */
export function activityDueAfter(policy: ExpiryPolicy, now: Date): Date {
  return new Date(now.getTime() - Math.min(ACTIVITY_INTERVAL_MS, policy.idleTimeout / 10));
}

/** Repeating "stay signed in" sooner than this has no use. */
const EXTENSION_INTERVAL_MS = 1000;

/**
 * As `activityDueAfter`, for an explicit extension: recorded at once, but limited so that tabs do not get dozens of
 * events per second. The sign-in does not count as an extension, so the first one is always recorded.
 */
export function extensionDueAfter(policy: ExpiryPolicy, createdAt: Date, now: Date): Date {
  const after = now.getTime() - Math.min(EXTENSION_INTERVAL_MS, policy.idleTimeout / 10);
  return new Date(Math.max(after, createdAt.getTime()));
}
