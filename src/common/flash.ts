/** One message for the next page, by its code: the cookie holds no text, so nobody can put words in our mouth. */
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, type ErrorCode } from '../protocol/errors';

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
  DATABASE_ERROR: { category: 'error', message: 'Database error occurred. Please try again later.' },
  SESSION_ERROR: { category: 'error', message: 'Session error occurred. Please try again.' },
  DATABASE_OPERATION_ERROR: { category: 'error', message: 'Database operation failed. Please try again.' },
  GENERIC_ERROR: { category: 'error', message: 'An unexpected error occurred. Please try again.' },
};

export type FlashCode = ErrorCode | keyof typeof NOTICES;

export function setFlash(reply: FastifyReply, code: FlashCode): void {
  reply.setCookie(COOKIE, code, { path: '/', httpOnly: true, sameSite: 'lax', maxAge: 60 });
}

/** Reads the message and takes it away, so that it is shown once. */
export function takeFlash(request: FastifyRequest, reply: FastifyReply): Flash[] {
  const code = request.cookies[COOKIE];
  if (code === undefined) return [];
  reply.clearCookie(COOKIE, { path: '/' });
  const flash = toFlash(code);
  return flash ? [flash] : [];
}

export function toFlash(code: string): Flash | null {
  if (Object.hasOwn(NOTICES, code)) return { category: 'success', message: NOTICES[code as keyof typeof NOTICES] };
  if (!Object.hasOwn(ERRORS, code)) return null;
  const error = code as ErrorCode;
  return ADVICE[error] ?? { category: 'error', message: ERRORS[error].message };
}
