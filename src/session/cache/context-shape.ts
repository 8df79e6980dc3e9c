/** What stands in Redis for a context has to look like one: another version may have put it there, or anybody. */

import { platform } from '../../cluster/domain-event-schema';
import { type Check, count, flag, oneOf, orNull, record, text } from '../../cluster/shapes';
import type { Role } from '../../protocol/http';
import type { SessionContext } from '../session-context';

const day: Check = (value) => value instanceof Date && !Number.isNaN(value.getTime());
const nothing: Check = (value) => value === null;

const ROLES: readonly Role[] = ['user', 'admin'];

/** Of a session that has not ended: no other is put there. */
const context = record<SessionContext>({
  revision: count,
  user: record<SessionContext['user']>({ id: count, username: text, email: text, role: oneOf(ROLES), isActive: flag }),
  session: record<SessionContext['session']>({
    id: text,
    tokenHash: text,
    createdAt: day,
    lastActivityAt: day,
    authenticatedAt: day,
    idleExpiresAt: day,
    absoluteExpiresAt: day,
    endedAt: nothing,
    endReason: nothing,
    userAgent: text,
    ipAddress: text,
  }),
  platform: orNull(platform),
});

/** Whether this is a context, with all that belongs to it. */
export function isContext(value: unknown): value is SessionContext {
  return context(value);
}
