import { AppError } from '../common/app-error';
import type { ErrorCode } from '../protocol/errors';
import type { EndReason } from '../protocol/events';
import { expiryReason, isExpired } from './expiry-policy';
import type { SessionContext } from './session-context';

/** The error code for a session that ended for this reason. */
export function endedCode(reason: EndReason): ErrorCode {
  return reason === 'idle' || reason === 'absolute' ? 'SESSION_EXPIRED' : 'SESSION_REVOKED';
}

/**
 * Returns the context of a live session.
 * @throws AppError SESSION_INVALID (no such session), SESSION_EXPIRED (expired) or SESSION_REVOKED (ended)
 */
export function requireLive(context: SessionContext | null, now: Date, allowExpired = false): SessionContext {
  if (!context) throw new AppError('SESSION_INVALID');
  const reason = endReasonOf(context, now);
  if (reason === null) return context;
  const code = endedCode(reason);
  if (code === 'SESSION_EXPIRED' && allowExpired) return context;
  throw new AppError(code, { reason });
}

/** @returns null for a live session. A disabled user's session counts as ended even if it has also expired */
function endReasonOf({ session, user }: SessionContext, now: Date): EndReason | null {
  const ended = session.endedAt ? (session.endReason ?? 'revoked') : null;
  if (ended && endedCode(ended) === 'SESSION_REVOKED') return ended;
  if (!user.isActive) return 'user_disabled';
  return ended ?? (isExpired(session, now) ? expiryReason(session) : null);
}
