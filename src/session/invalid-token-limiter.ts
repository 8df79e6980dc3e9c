import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RATE_BUDGETS } from '../cluster/budgets';
import { type Throttle, Throttles } from '../cluster/throttle';
import { siteKey, throttleKey } from '../cluster/throttle-key';
import { DomainEvents } from '../common/domain-events';

const MAX_ADDRESSES = 10_000;
/** About 200 bytes each. */
const MAX_TOKENS = 50_000;

/**
 * Every unknown token costs a database read. An address that sends many is blocked for some time; tokens known to be
 * valid still pass, so that other users behind the same address are not affected.
 */
@Injectable()
export class InvalidTokenLimiter {
  private readonly throttle: Throttle;
  /** By network and by site: until when it has to wait, as of Date.now(). */
  private readonly waitsUntil = new LRUCache<string, number>({ max: MAX_ADDRESSES });
  /** Hashes of tokens that belong or belonged to a session; an ended session does no harm here. */
  private readonly validTokens = new LRUCache<string, true>({ max: MAX_TOKENS });

  constructor(throttles: Throttles, events: DomainEvents) {
    this.throttle = throttles.createByAddress(RATE_BUDGETS.unknownTokensPerAddress, (key, seconds) =>
      this.waitsUntil.set(key, Date.now() + seconds * 1000),
    );
    events.on('session.created', ({ tokenHash }) => this.markValid(tokenHash));
    events.on('session.rekeyed', ({ tokenHash }) => this.markValid(tokenHash));
  }

  /** @returns how long this address is blocked; 0 if it is not */
  retryAfterSeconds(address: string): number {
    const keys = [throttleKey(address), siteKey(address)];
    const until = Math.max(...keys.map((key) => (key !== null && this.waitsUntil.get(key)) || 0));
    return Math.max(0, Math.ceil((until - Date.now()) / 1000));
  }

  markValid(tokenHash: string): void {
    this.validTokens.set(tokenHash, true);
  }

  isKnownValid(tokenHash: string): boolean {
    return this.validTokens.has(tokenHash);
  }

  /** Counts one unknown token. @throws AppError RATE_LIMITED */
  recordMiss(address: string): Promise<void> {
    return this.throttle.take(address);
  }
}
