import { toDeviceName } from './device';
import type { SessionContext } from './session-context';

/** The caller as the audit trail names one. */
export function auditActorOf({ user, session }: SessionContext) {
  const { id, userAgent, ipAddress } = session;
  return { userId: user.id, sessionId: id, device: toDeviceName(userAgent), ipAddress };
}
