/** Columns of a connection that come from its instance. Pure. */
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import type { ProbedAccount } from '../fediverse/instance-description';

const REFRESH_INTERVAL_MS = 24 * 3_600_000;

export function connectionFieldsFrom({ account, limits, kind }: ProbedAccount, now: Date) {
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
    // Jitter spreads the daily refreshes.
    nextCheckAt: new Date(now.getTime() + REFRESH_INTERVAL_MS * (0.9 + Math.random() * 0.2)),
    checkFailures: 0,
  } satisfies Partial<PlatformConnection>;
}
