/** When an undelivered post is retried, and when it fails for good. Pure. */

/** Time since creation or the last manual retry after which a post fails: it is outdated then. */
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;
const MIN_DELAY_MS = 2000;
const MAX_DELAY_MS = 15 * 60_000;

/** Backoff: a quarter of the post's age. @param age ms @returns ms */
export function retryPause(age: number): number {
  return Math.min(Math.max(age / 4, MIN_DELAY_MS), MAX_DELAY_MS);
}
