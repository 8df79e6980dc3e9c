import { AppError } from '../common/app-error';
import type { ErrorCode } from '../protocol/errors';
import type { EndReason } from '../protocol/events';
import { isExpired } from './expiry-policy';
import type { SessionContext } from './session-context';

/** What a caller is told of a session that ended so. */
export function endedCode(reason: EndReason): ErrorCode {
  return reason === 'idle' || reason === 'absolute' ? 'SESSION_EXPIRED' : 'SESSION_REVOKED';
}

/**
 * Lets a live session pass, and says why of any other.
 * @throws AppError SESSION_INVALID (none such), SESSION_EXPIRED (ran out) or SESSION_REVOKED (was ended)
 */
export function requireLive(context: SessionContext | null, now: Date, allowExpired = false): SessionContext {
  if (!context) throw new AppError('SESSION_INVALID');
  const { session, user } = context;
  const code = session.endedAt ? endedCode(session.endReason ?? 'revoked') : null;
  if (code === 'SESSION_REVOKED' || !user.isActive) throw new AppError('SESSION_REVOKED');
  if (!allowExpired && (code || isExpired(session, now))) throw new AppError('SESSION_EXPIRED');
  return context;
}
