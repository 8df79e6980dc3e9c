/** Remembers who an instance wants to hear nothing of for a while, so that it is not asked meanwhile, by whatever part. */
import { LRUCache } from 'lru-cache';

/** Callers that are remembered; one that is forgotten asks, and is told again. */
const CALLERS = 10_000;

export class RateLimitPauses {
  private readonly until = new LRUCache<string, number>({ max: CALLERS });

  /** @param now ms */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** @returns ms until the caller may ask again; 0: at once */
  left(caller: string): number {
    return Math.max((this.until.get(caller) ?? 0) - this.now(), 0);
  }

  pause(caller: string, ms: number): void {
    this.until.set(caller, this.now() + ms);
  }
}
