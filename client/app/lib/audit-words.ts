import type { AuditType } from '../../../src/protocol/audit';
import type { IconName } from '../../elements/icons';

/** Icon and label for each event type of the audit trail. */
export const AUDIT_WORDS: Record<AuditType, [IconName, string]> = {
  sign_in: ['log-in', 'Signed in'],
  sign_in_failed: ['triangle-alert', 'A sign-in failed'],
  reauthenticated: ['key-round', 'Gave the password once more'],
  session_ended: ['log-out', 'Signed out'],
  address_changed: ['laptop', 'Came from another address'],
  password_changed: ['key-round', 'Changed the password'],
  platform_switched: ['arrow-left-right', 'Switched to'],
  post_written: ['send', 'Wrote a post on'],
  post_changed: ['pencil', 'Changed a post on'],
  post_discarded: ['trash-2', 'Discarded a post on'],
  alt_text_changed: ['image', 'Described an image on'],
  platform_added: ['plus', 'Connected'],
  platform_removed: ['trash-2', 'Removed'],
  account_disabled: ['log-out', 'The account was disabled'],
  account_enabled: ['log-in', 'The account was enabled'],
};
