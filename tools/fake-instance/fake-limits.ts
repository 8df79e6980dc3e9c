/** Rate limits of a fake instance, from Mastodon's documentation. */

/** Maximum number of requests per period; `period` in ms. */
export interface RateLimit {
  requests: number;
  period: number;
}
export interface RateLimits {
  /** All requests of an account; uploads count for `media` too. */
  account: RateLimit;
  media: RateLimit;
}

const MINUTE = 60_000;
const USUAL: RateLimits = {
  account: { requests: 300, period: 5 * MINUTE },
  media: { requests: 30, period: 30 * MINUTE },
};

/** Counts in fixed windows aligned to the period, independent of the first request. */
export class FakeRateLimits {
  private readonly counts = new Map<string, { from: number; count: number }>();

  /** @param limits can be changed at any time */
  constructor(public limits: RateLimits = USUAL) {}

  /** Counts a request. @returns headers for the limit with the fewest remaining requests, and whether it is exceeded */
  count(accountId: string, route: string, now: Date): { headers: Record<string, string>; passed: boolean } {
    const isUpload = /^POST \/api\/v\d\/media$/.test(route);
    const kinds: (keyof RateLimits)[] = isUpload ? ['account', 'media'] : ['account'];
    const counted = kinds.map((kind) => {
      const { requests, period } = this.limits[kind];
      const from = now.getTime() - (now.getTime() % period);
      const key = `${accountId} ${kind}`;
      const known = this.counts.get(key);
      const count = (known?.from === from ? known.count : 0) + 1;
      this.counts.set(key, { from, count });
      return { requests, left: requests - count, reset: new Date(from + period) };
    });
    const nearest = counted.reduce((one, other) => (other.left < one.left ? other : one));
    const headers = {
      'x-ratelimit-limit': String(nearest.requests),
      'x-ratelimit-remaining': String(Math.max(nearest.left, 0)),
      'x-ratelimit-reset': nearest.reset.toISOString(),
    };
    return { headers, passed: nearest.left < 0 };
  }
}
