import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Throttle, Throttles } from '../cluster/throttle';
import { throttleKey } from '../cluster/throttle-key';
import { AppError } from '../common/app-error';

const REMEMBERED = 10_000;
/** Some 200 bytes each. */
const SEEN = 50_000;

/**
 * Each secret that is nobody's costs a read of the database. Who brings many of them waits, and no more is read for
 * that address but for the secrets that were seen to be somebody's: a neighbour behind the same address goes on.
 */
@Injectable()
export class InvalidTokenLimiter {
  private readonly throttle: Throttle;
  /** By where they are: until when it waits, in milliseconds. */
  private readonly waiting = new LRUCache<string, number>({ max: REMEMBERED });
  /** By its hash: a secret that was a session's. That it may have ended meanwhile does no harm. */
  private readonly seen = new LRUCache<string, true>({ max: SEEN });

  constructor(throttles: Throttles) {
    this.throttle = throttles.create({ name: 'unknown', points: 300, seconds: 60 });
  }

  /** @returns seconds that this address has to wait; 0 when it is free */
  retryAfterSeconds(address: string): number {
    const until = this.waiting.get(throttleKey(address));
    return until === undefined ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1000));
  }

  /** This one is somebody's. */
  markValid(tokenHash: string): void {
    this.seen.set(tokenHash, true);
  }

  isKnownValid(tokenHash: string): boolean {
    return this.seen.has(tokenHash);
  }

  /** One more that was nobody's. @throws AppError RATE_LIMITED */
  async recordMiss(address: string): Promise<void> {
    const key = throttleKey(address);
    try {
      await this.throttle.take(key);
    } catch (error) {
      const seconds = error instanceof AppError ? error.options.retryAfter : undefined;
      if (seconds) this.waiting.set(key, Date.now() + seconds * 1000);
      throw error;
    }
  }
}
