/** Reasons for the end of a session: codes on the wire and messages for users. */
export const END_REASONS = [
  'logout',
  'idle',
  'absolute',
  'revoked',
  'revoked_by_admin',
  'password_changed',
  'user_disabled',
  'replaced',
] as const;
export type EndReason = (typeof END_REASONS)[number];

const WORDS: Record<EndReason | 'invalid', string> = {
  logout: 'You have signed out.',
  idle: 'You were signed out because nothing was done here for a long time.',
  absolute: 'You were signed out because this session had reached its longest time.',
  revoked: 'This session was ended from one of your devices.',
  revoked_by_admin: 'This session was ended by an administrator.',
  password_changed: 'You were signed out because the password was changed.',
  user_disabled: 'This account has been disabled.',
  replaced: 'This session was ended by a newer sign-in.',
  invalid: 'Your session is no longer known. Please sign in again.',
};

/** @returns a message for the user; null for an unknown reason */
export function sessionEndMessage(reason: string | null | undefined): string | null {
  return reason != null && Object.hasOwn(WORDS, reason) ? WORDS[reason as EndReason | 'invalid'] : null;
}
