/** One message for the next page. The cookie holds only a code, so that nobody can inject text. */
import { type EndReason, sessionEndMessage } from '../protocol/end-reasons';
import { ERRORS, type ErrorCode } from '../protocol/errors';
import { clearCookie, readCookie, setCookie } from './cookies';
import type { HttpRequest, HttpResponse } from './http-types';

const COOKIE = 'vedfolnir_flash';

export type FlashCategory = 'success' | 'info' | 'warning' | 'error';
export interface Flash {
  category: FlashCategory;
  message: string;
}

const NOTICES = {
  POST_CREATED: 'Post created successfully!',
  PLATFORM_CONNECTED: 'The account is connected.',
} as const;

const ADVICE: Partial<Record<ErrorCode, Flash>> = {
  AUTHENTICATION_REQUIRED: { category: 'info', message: 'Please log in to continue.' },
  SESSION_EXPIRED: { category: 'warning', message: 'Your session has expired. Please log in again.' },
  SESSION_INVALID: { category: 'error', message: 'Invalid session. Please log in again.' },
  SESSION_REVOKED: { category: 'warning', message: 'You were signed out. Please log in again.' },
  PLATFORM_REQUIRED: { category: 'warning', message: 'Please select a platform to continue.' },
  PLATFORM_ACCESS_DENIED: {
    category: 'info',
    message: 'You declined access at the instance; no account was connected.',
  },
  DATABASE_ERROR: { category: 'error', message: 'Database error occurred. Please try again later.' },
  OUTCOME_UNKNOWN: {
    category: 'error',
    message: 'It is not known whether this was done. Please look before you do it again.',
  },
  SESSION_ERROR: { category: 'error', message: 'Session error occurred. Please try again.' },
  DATABASE_OPERATION_ERROR: { category: 'error', message: 'Database operation failed. Please try again.' },
  GENERIC_ERROR: { category: 'error', message: 'An unexpected error occurred. Please try again.' },
};

export type FlashCode = ErrorCode | keyof typeof NOTICES;
/** Separates the code from the reason. */
const REASON_SEPARATOR = '.';

/** @param reason why the session ended, for a code that says that it did */
export function setFlash(reply: HttpResponse, code: FlashCode, reason?: EndReason): void {
  const value = reason ? `${code}${REASON_SEPARATOR}${reason}` : code;
  setCookie(reply, COOKIE, value, { httpOnly: true, sameSite: 'lax', maxAge: 60 });
}

/** Reads the message and deletes it, so that it is shown once. */
export function takeFlash(request: HttpRequest, reply: HttpResponse): Flash[] {
  const code = readCookie(request.headers, COOKIE);
  if (code === undefined) return [];
  clearCookie(reply, COOKIE);
  const flash = toFlash(code);
  return flash ? [flash] : [];
}

/** @param text a code, optionally with a reason */
export function toFlash(text: string): Flash | null {
  const [code = '', reason] = text.split(REASON_SEPARATOR);
  if (Object.hasOwn(NOTICES, code)) return { category: 'success', message: NOTICES[code as keyof typeof NOTICES] };
  if (!Object.hasOwn(ERRORS, code)) return null;
  const error = code as ErrorCode;
  const flash = ADVICE[error] ?? { category: 'error', message: ERRORS[error].message };
  // A user who signed out needs no reason.
  const why = reason === 'logout' ? null : sessionEndMessage(reason);
  return why ? { ...flash, message: `${flash.message} ${why}` } : flash;
}

/** Why the last session ended, for the sign-in page; the client passes the reason. */
export function sessionEndFlash(reason: unknown): Flash[] {
  const message = typeof reason === 'string' ? sessionEndMessage(reason) : null;
  return message ? [{ category: 'info', message }] : [];
}
