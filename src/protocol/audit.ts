/** Wire types of the audit trail. */
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
  /** The session that caused the event or that it concerns. */
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

/** An event as shown to administrators. */
export interface AdminAuditEventView extends AuditEventView {
  /** Null for a failed sign-in with an unknown name. */
  user_id: number | null;
  username: string | null;
  /** The administrator who caused the event; null if the user or the system did. */
  actor: { id: number; username: string | null } | null;
}

export interface AdminAuditView {
  events: AdminAuditEventView[];
  next_before_id: number | null;
}
