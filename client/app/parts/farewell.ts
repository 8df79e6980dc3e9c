import type { ExpiredReason } from '../../core/details';
import { on } from '../lib/session';

/** Long enough to read one line. */
const READ_MS = 1_500;

const WORDS: Record<ExpiredReason, string> = {
  logout: 'You have signed out.',
  idle: 'You were signed out because nothing was done here for a long time.',
  absolute: 'You were signed out because this session had reached its longest time.',
  revoked: 'This session was ended from one of your devices.',
  revoked_by_admin: 'This session was ended by an administrator.',
  password_changed: 'You were signed out because the password was changed.',
  user_disabled: 'This account has been disabled.',
  replaced: 'You were signed out because you signed in on too many other devices.',
  invalid: 'Your session is no longer known. Please sign in again.',
};

/** @returns why the person has to sign in again; null for a reason that is none of ours */
export function farewellWords(reason: string | null): string | null {
  return reason !== null && Object.hasOwn(WORDS, reason) ? WORDS[reason as ExpiredReason] : null;
}

/** When the session is over, nothing of it stays on the screen. */
export function sayFarewell(): void {
  on('sessionExpired', ({ reason }) => {
    const message = document.createElement('main');
    message.id = 'farewell';
    message.setAttribute('role', 'alert');
    const words = document.createElement('p');
    words.textContent = WORDS[reason];
    const link = document.createElement('a');
    link.href = `/login?reason=${encodeURIComponent(reason)}`;
    link.textContent = 'Sign in';
    message.append(words, link);
    // Taken out, not only hidden: "nothing left" must hold for whoever looks into the page too.
    document.body.replaceChildren(message);
    document.title = 'Signed out – Vedfolnir';
    window.setTimeout(() => window.location.replace(link.href), READ_MS);
  });
}
