/** The secret of a session and what is derived from it. Pure but for the random source. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits; the contract asks for at least 128. */
const SECRET_BYTES = 32;
const SECRET_FORMAT = /^[A-Za-z0-9_-]{43}$/;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Whether this could ever have been a secret of ours; anything else costs no look-up. */
export function isSecret(text: string): boolean {
  return SECRET_FORMAT.test(text);
}

/** What the database keeps in place of the secret: SHA-256, hex. A random secret needs no salt and no stretching. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/**
 * The CSRF token of a session: derived from the cookie's secret, so that it is bound to the session, needs no storage,
 * and is a new one as soon as the secret is. The secret is random and of one length: a plain hash is as good as a MAC,
 * and differs from the stored one by what stands in front.
 */
export function csrfToken(secret: string): string {
  return hash('sha256', `vedfolnir csrf token ${secret}`, 'base64url');
}

/** In constant time. */
export function isCsrfToken(secret: string, given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const expected = Buffer.from(csrfToken(secret));
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
