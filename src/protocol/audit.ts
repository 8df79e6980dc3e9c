/** The audit trail as it is read. */
import type { EndReason } from './events';

export const AUDIT_TYPES = [
  'sign_in',
  'sign_in_failed',
  'reauthenticated',
  'session_ended',
  'address_changed',
  'password_changed',
  'platform_switched',
  'platform_added',
  'platform_removed',
  'post_written',
  'post_changed',
  'post_discarded',
  'alt_text_changed',
  'account_disabled',
  'account_enabled',
] as const;
export type AuditType = (typeof AUDIT_TYPES)[number];

export interface AuditEventView {
  id: number;
  at: string;
  type: AuditType;
  /** The session that it was done with, or that it was done to. */
  session_id: string | null;
  device: string;
  ip_address: string;
  platform_id: number | null;
  platform_name: string | null;
  /** For `session_ended`. */
  reason: EndReason | null;
}

export interface AuditView {
  events: AuditEventView[];
  next_before_id: number | null;
}

/** As an administrator sees it. */
export interface AdminAuditEventView extends AuditEventView {
  /** Null for a failed sign-in under a name that nobody has. */
  user_id: number | null;
  username: string | null;
  /** The administrator who did it from their device; null where it was the person, or nobody. */
  actor: { id: number; username: string | null } | null;
}

export interface AdminAuditView {
  events: AdminAuditEventView[];
  next_before_id: number | null;
}
