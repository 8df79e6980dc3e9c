import { toDeviceName } from './device';
import type { SessionContext } from './session-context';

/** The source of what an administrator does to somebody else. */
export interface Actor {
  actorUserId: number;
  device: string;
  ipAddress: string;
}

/** The caller, for the trail of another person. */
export function administratorOf(context: SessionContext): Actor {
  const { userId: actorUserId, device, ipAddress } = auditActorOf(context);
  return { actorUserId, device, ipAddress };
}

/** The caller as the audit trail names one. */
export function auditActorOf({ user, session }: SessionContext) {
  const { id, userAgent, ipAddress } = session;
  return { userId: user.id, sessionId: id, device: toDeviceName(userAgent), ipAddress };
}
