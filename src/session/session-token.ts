/** A session's secret, and the values derived from it. Pure except for the random source. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits; at least 128 are required. */
const SECRET_BYTES = 32;
const SECRET_FORMAT = /^[A-Za-z0-9_-]{43}$/;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Whether the text has the format of a secret; anything else needs no lookup. */
export function isSecret(text: string): boolean {
  return SECRET_FORMAT.test(text);
}

/** The hash that is stored instead of the secret: SHA-256, hex. A random secret needs neither salt nor stretching. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/**
 * The CSRF token of a session. Derived from the secret, so that it is bound to the session, needs no storage and
 * changes with the secret. The secret is random and of fixed length, so a plain hash is as good as a MAC; the prefix
 * makes it differ from the stored hash.
 */
export function csrfToken(secret: string): string {
  return hash('sha256', `vedfolnir csrf token ${secret}`, 'base64url');
}

/** Compares in constant time. */
export function isCsrfToken(secret: string, given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const expected = Buffer.from(csrfToken(secret));
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
