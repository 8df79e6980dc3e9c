/** Measures how long the event loop was blocked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The longest block of the event loop that one caller may cause; ms. On an idle machine a quarter of it is enough for all
 * that is tried; what it is meant to find takes seconds.
 */
export const LONGEST_HOLD_MS = 1000;
const RESOLUTION_MS = 10;

/** @returns the longest block of the event loop during `work`; ms */
async function longestHold(work: () => Promise<unknown> | unknown): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  // The first tick records nothing: a block before it would be missed.
  await pause(3 * RESOLUTION_MS);
  await work();
  // A block at the end of `work` is recorded by the next tick.
  await pause(2 * RESOLUTION_MS);
  delays.disable();
  return delays.max / 1e6;
}

/**
 * Fails if `work` blocks the event loop too long in each attempt: code that blocks does so every time, a busy machine
 * does not.
 */
export async function expectResponsive(what: string, work: () => Promise<unknown> | unknown): Promise<void> {
  let held = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10 && held >= LONGEST_HOLD_MS; attempt++) {
    held = Math.min(held, await longestHold(work));
  }
  expect([what, held < LONGEST_HOLD_MS ? 'free' : `held for ${Math.round(held)} ms`]).toEqual([what, 'free']);
}
