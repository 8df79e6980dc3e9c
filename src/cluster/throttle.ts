/** Counts attempts, on this node or across all nodes. */
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../common/app-error';
import { type RateBudget, SITE_FACTOR } from './budgets';
import type { RedisClient } from './redis';
import { siteKey, throttleKey } from './throttle-key';

export interface Throttle {
  /**
   * Counts one attempt.
   * @throws AppError RATE_LIMITED with the seconds to wait
   */
  take(key: string): Promise<void>;
  /** Refunds an attempt that should not count. */
  giveBack(key: string): Promise<void>;
}

const UNLIMITED: Throttle = { take: async () => {}, giveBack: async () => {} };

export class Throttles {
  constructor(
    private readonly redis: RedisClient | null,
    private readonly namespace: string,
    readonly enabled: boolean,
  ) {}

  create(budget: RateBudget): Throttle {
    if (!this.enabled) return UNLIMITED;
    const options = {
      keyPrefix: `${this.namespace}:throttle:${budget.name}`,
      points: budget.points,
      duration: budget.seconds,
    };
    const alone = new RateLimiterMemory(options);
    // Without Redis each node counts on its own: the limit is looser by the number of nodes, but still applies.
    const limiter =
      this.redis && budget.counted === 'cluster'
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

  /**
   * Its keys are addresses: counted by their network and, of IPv6, by their site as well.
   * @param onRefused is told which of them has to wait, and for how many seconds
   */
  createByAddress(budget: RateBudget, onRefused: (key: string, seconds: number) => void = () => {}): Throttle {
    const networks = this.create(budget);
    const sites = this.create({ ...budget, name: `${budget.name}-site`, points: budget.points * SITE_FACTOR });
    const take = (throttle: Throttle, key: string) =>
      throttle.take(key).catch((error: unknown) => {
        if (error instanceof AppError && error.options.retryAfter) onRefused(key, error.options.retryAfter);
        throw error;
      });
    return {
      take: async (address) => {
        const [network, site] = [throttleKey(address), siteKey(address)];
        await take(networks, network);
        if (site === null) return;
        await take(sites, site).catch(async (refused: unknown) => {
          await networks.giveBack(network);
          throw refused;
        });
      },
      giveBack: async (address) => {
        const site = siteKey(address);
        await Promise.all([networks.giveBack(throttleKey(address)), site !== null && sites.giveBack(site)]);
      },
    };
  }
}
