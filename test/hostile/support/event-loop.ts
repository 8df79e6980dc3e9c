/** How long the process could do nothing else. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/** What one caller may make all others wait; ms. */
export const LONGEST_HOLD_MS = 250;
const RESOLUTION_MS = 10;

/** @returns the longest time for which the event loop was held while `work` went on; ms */
async function longestHold(work: () => Promise<unknown> | unknown): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  await pause(2 * RESOLUTION_MS);
  delays.reset();
  await work();
  // What was held last is seen by the next tick.
  await pause(2 * RESOLUTION_MS);
  delays.disable();
  return delays.max / 1e6;
}

/** Holds `work` to the bound. What holds the loop by itself does so each time; a busy machine does not. */
export async function expectResponsive(what: string, work: () => Promise<unknown> | unknown): Promise<void> {
  let held = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 4 && held >= LONGEST_HOLD_MS; attempt++) {
    held = Math.min(held, await longestHold(work));
  }
  expect([what, held < LONGEST_HOLD_MS ? 'free' : `held for ${Math.round(held)} ms`]).toEqual([what, 'free']);
}
