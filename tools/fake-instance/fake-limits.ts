/** How often an account may ask a pretended instance: as Mastodon's documentation has it. */

/** Requests that are taken within so many ms. */
export interface RateLimit {
  requests: number;
  period: number;
}
export interface RateLimits {
  /** Of everything that an account asks for, and of its uploads besides. */
  account: RateLimit;
  media: RateLimit;
}

const MINUTE = 60_000;
const USUAL: RateLimits = {
  account: { requests: 300, period: 5 * MINUTE },
  media: { requests: 30, period: 30 * MINUTE },
};

/** Counts in windows that begin at full minutes of their length, whenever the first request came. */
export class FakeRateLimits {
  private readonly counts = new Map<string, { from: number; count: number }>();

  /** @param limits settable while it runs */
  constructor(public limits: RateLimits = USUAL) {}

  /** Counts a request. @returns the headers of its answer, of the limit that is nearest, and whether one was passed */
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
