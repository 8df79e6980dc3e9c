import {
  activityDueAfter,
  deadlinesAfter,
  expiresAt,
  expiryReason,
  extensionDueAfter,
  isExpired,
} from './expiry-policy';

const HOUR = 3_600_000;
const POLICY = { idleTimeout: 12 * HOUR, sessionLifetime: 24 * HOUR };
const now = new Date('2026-03-01T12:00:00.000Z');
const ago = (hours: number) => new Date(now.getTime() - hours * HOUR);

describe('expiry policy', () => {
  it.each([
    ['fresh', 0, 0, false, 'idle'],
    ['idle for 13 hours', 13, 13, true, 'idle'],
    ['active an hour ago but 25 hours old', 25, 1, true, 'absolute'],
    ['idle for exactly 12 hours', 12, 12, true, 'idle'],
    ['exactly 24 hours old', 24, 0, true, 'absolute'],
    ['a millisecond before the idle limit', 12 - 1 / HOUR, 12 - 1 / HOUR, false, 'idle'],
    ['18 hours old, active a moment ago', 18, 0, false, 'absolute'],
  ])('%s', (_, created, active, expired, reason) => {
    const deadlines = deadlinesAfter(POLICY, ago(created), ago(active));
    expect(isExpired(deadlines, now)).toBe(expired);
    expect(expiryReason(deadlines)).toBe(reason);
    expect(expiresAt(deadlines).getTime()).toBe(
      Math.min(deadlines.idleExpiresAt.getTime(), deadlines.absoluteExpiresAt.getTime()),
    );
  });

  it('records activity once per minute, and more often where the idle timeout is short', () => {
    const due = (policy: typeof POLICY) => now.getTime() - activityDueAfter(policy, now).getTime();
    expect(due(POLICY)).toBe(60_000);
    expect(due({ ...POLICY, idleTimeout: 5000 })).toBe(500);
  });

  it('records explicit extensions once per second, and the first one at once', () => {
    const due = (policy: typeof POLICY, created: Date) =>
      now.getTime() - extensionDueAfter(policy, created, now).getTime();
    expect(due(POLICY, ago(1))).toBe(1000);
    expect(due({ ...POLICY, idleTimeout: 5000 }, ago(1))).toBe(500);
    expect(due(POLICY, new Date(now.getTime() - 20))).toBe(20);
  });
});
