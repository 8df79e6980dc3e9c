import { AppError } from '../common/app-error';
import type { ErrorCode } from '../protocol/errors';
import type { EndReason } from '../protocol/events';
import { expiryReason, isExpired } from './expiry-policy';
import type { SessionContext } from './session-context';

/** What a caller is told of a session that ended so. */
export function endedCode(reason: EndReason): ErrorCode {
  return reason === 'idle' || reason === 'absolute' ? 'SESSION_EXPIRED' : 'SESSION_REVOKED';
}

/**
 * Lets a live session pass, and says of any other why it is over.
 * @throws AppError SESSION_INVALID (none such), SESSION_EXPIRED (ran out) or SESSION_REVOKED (was ended)
 */
export function requireLive(context: SessionContext | null, now: Date, allowExpired = false): SessionContext {
  if (!context) throw new AppError('SESSION_INVALID');
  const reason = overBecause(context, now);
  if (reason === null) return context;
  const code = endedCode(reason);
  if (code === 'SESSION_EXPIRED' && allowExpired) return context;
  throw new AppError(code, { reason });
}

/** Null: it is not over. A session that ran out, of a user who was disabled, is one that was ended. */
function overBecause({ session, user }: SessionContext, now: Date): EndReason | null {
  const ended = session.endedAt ? (session.endReason ?? 'revoked') : null;
  if (ended && endedCode(ended) === 'SESSION_REVOKED') return ended;
  if (!user.isActive) return 'user_disabled';
  return ended ?? (isExpired(session, now) ? expiryReason(session) : null);
}
