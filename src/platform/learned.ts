/** What a connection knows once its instance has answered. Pure. */
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import type { ProbedAccount } from '../fediverse/account-probe';

/** ms. */
const REFRESH_AFTER_MS = 24 * 3_600_000;

export function learnedFrom({ account, limits, kind }: ProbedAccount, now: Date) {
  return {
    remoteAccountId: account.id,
    displayName: account.displayName || null,
    avatarUrl: account.avatarUrl,
    ...(kind && { platformType: kind }),
    ...(limits && {
      maxCharacters: limits.maxCharacters,
      charactersPerUrl: limits.charactersPerUrl,
      mediaLimits: JSON.stringify(limits.media),
    }),
    needsReconnect: false,
    reconnectReason: null,
    // Not all at the same minute of each day.
    nextCheckAt: new Date(now.getTime() + REFRESH_AFTER_MS * (0.9 + Math.random() * 0.2)),
    checkFailures: 0,
  } satisfies Partial<PlatformConnection>;
}
