/** Counting attempts, on this node alone or together with all others. */
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../common/app-error';
import type { RedisClient } from './redis';

export interface ThrottleRule {
  name: string;
  /** Attempts allowed within `seconds`. */
  points: number;
  seconds: number;
}

export interface Throttle {
  /**
   * Counts one attempt.
   * @throws AppError RATE_LIMITED with the seconds to wait
   */
  take(key: string): Promise<void>;
  /** Gives an attempt back: it was a good one. */
  giveBack(key: string): Promise<void>;
}

export class Throttles {
  constructor(
    private readonly redis: RedisClient | null,
    private readonly namespace: string,
    private readonly enabled: boolean,
  ) {}

  create(rule: ThrottleRule): Throttle {
    if (!this.enabled) return { take: async () => {}, giveBack: async () => {} };
    const options = {
      keyPrefix: `${this.namespace}:throttle:${rule.name}`,
      points: rule.points,
      duration: rule.seconds,
    };
    const alone = new RateLimiterMemory(options);
    // While Redis is away each node counts for itself: looser by the number of nodes, never open and never closed.
    const limiter = this.redis
      ? new RateLimiterRedis({
          ...options,
          storeClient: this.redis,
          useRedisPackage: true,
          rejectIfRedisNotReady: true,
          insuranceLimiter: alone,
        })
      : alone;
    return {
      take: async (key) => {
        await limiter.consume(key).catch((refused: RateLimiterRes | Error) => {
          if (refused instanceof Error) throw refused;
          throw new AppError('RATE_LIMITED', { retryAfter: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) });
        });
      },
      giveBack: async (key) => {
        await limiter.reward(key);
      },
    };
  }
}
