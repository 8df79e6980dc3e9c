import { toDeviceName } from './device';
import type { SessionContext } from './session-context';

/** The administrator behind an audit entry of another user. */
export interface Actor {
  actorUserId: number;
  device: string;
  ipAddress: string;
}

/** The calling administrator, for entries in another user's audit trail. */
export function administratorOf(context: SessionContext): Actor {
  const { userId: actorUserId, device, ipAddress } = auditActorOf(context);
  return { actorUserId, device, ipAddress };
}

/** The caller's own columns of an audit entry. */
export function auditActorOf({ user, session }: SessionContext) {
  const { id, userAgent, ipAddress } = session;
  return { userId: user.id, sessionId: id, device: toDeviceName(userAgent), ipAddress };
}
