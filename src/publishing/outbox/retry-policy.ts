/** When a post that could not be delivered is tried again, and when no more. Pure; ms. */

/** A post that nobody took for a day, since it was written or tried again, is no news any more. */
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;
const SHORTEST = 2000;
const LONGEST = 15 * 60_000;

/** The longer a post has waited, the longer it waits: a quarter of its age. */
export function retryPause(age: number): number {
  return Math.min(Math.max(age / 4, SHORTEST), LONGEST);
}
