import type { SessionContext } from '../../src/session/session-context';

/** A fixed time in the past, plus seconds. */
export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));

/** @param active seconds of the last user activity; the idle deadline is 100 s later */
export function sessionContext(id: string, revision = 1, active = 0, userId = 1): SessionContext {
  return {
    revision,
    user: { id: userId, username: 'u', email: 'u@example.org', role: 'user', isActive: true },
    session: {
      id,
      tokenHash: 'f'.repeat(64),
      createdAt: at(0),
      authenticatedAt: at(0),
      userAgent: '',
      ipAddress: '127.0.0.1',
      lastActivityAt: at(active),
      idleExpiresAt: at(active + 100),
      absoluteExpiresAt: at(1000),
      endedAt: null,
      endReason: null,
      pinned: false,
    },
    platform: null,
  };
}
