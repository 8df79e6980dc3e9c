/** The first steps of a new user: connect an account, write a post, see a second window follow. */
import { localStorageOrNull, setItem } from '../../core/storage';

export const STEPS = ['connect', 'write', 'follow'] as const;
export type Step = (typeof STEPS)[number];

/** The events that can complete a step. */
export const STEP_EVENTS = ['sessionStateChanged', 'postUpdated', 'platformSwitched'] as const;

interface Progress {
  userId: number;
  done: Step[];
}

/** Key in localStorage. Set from registration until the steps are done or dismissed, in that browser only. */
const KEY = 'vedfolnir_first_steps';

export function beginFirstSteps(userId: number): void {
  store({ userId, done: [] });
}

/** @returns null if this user has not started the steps in this browser, or has dismissed them */
export function firstSteps(userId: number): Step[] | null {
  const progress = read();
  return progress?.userId === userId ? progress.done : null;
}

export function completeStep(userId: number, step: Step): void {
  const done = firstSteps(userId);
  if (done && !done.includes(step)) store({ userId, done: [...done, step] });
}

export function endFirstSteps(): void {
  localStorageOrNull()?.removeItem(KEY);
}

function store(progress: Progress): void {
  setItem(localStorageOrNull(), KEY, JSON.stringify(progress));
}

function read(): Progress | null {
  try {
    const kept: unknown = JSON.parse(localStorageOrNull()?.getItem(KEY) ?? 'null');
    const { userId, done } = (kept ?? {}) as Partial<Progress>;
    return typeof userId === 'number' && Array.isArray(done)
      ? { userId, done: STEPS.filter((step) => done.includes(step)) }
      : null;
  } catch {
    return null;
  }
}
