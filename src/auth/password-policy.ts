/** The rules for new passwords. */
import { dictionary } from '@zxcvbn-ts/language-common';
import { invalidField } from '../common/app-error';
import { normalise } from '../common/normalise';

/** NIST SP 800-63B-4 asks for 15 where the password is the only factor and 8 beside another; OWASP ASVS 5.0 for 12. */
export const MIN_PASSWORD_LENGTH = 12;
/** Enough for any passphrase, and small enough to keep hashing cheap. */
export const MAX_PASSWORD_LENGTH = 256;

const PRODUCT = 'vedfolnir';
/** Shorter names occur in other words by chance. */
const MIN_NAME_LENGTH = 3;
/** Characters that must remain of a password without the names. */
const MIN_LENGTH_WITHOUT_NAMES = 6;
/** Rejects a repeated character or a short repeated sequence. */
const MIN_DISTINCT_CHARACTERS = 5;

const COMMON: ReadonlySet<string> = new Set(
  dictionary.passwords.filter((password): password is string => String(password).length >= MIN_PASSWORD_LENGTH),
);

/**
 * @param field the form field, for the error
 * @param names the user name and the e-mail address of the account
 * @throws AppError VALIDATION_ERROR
 */
export function requireGoodPassword(field: string, password: string, names: readonly string[]): void {
  const key = normalise(password, 'NFKC').toLowerCase();
  if (COMMON.has(key) || new Set(key).size < MIN_DISTINCT_CHARACTERS) {
    throw invalidField(field, 'This password is among the first that are guessed');
  }
  const parts = [PRODUCT, ...names.map((name) => normalise(name.split('@')[0]!, 'NFKC').toLowerCase())];
  const left = parts
    .filter((name) => name.length >= MIN_NAME_LENGTH)
    .reduce((text, name) => text.replaceAll(name, ''), key)
    .replace(/[^\p{L}\p{N}]/gu, '');
  if (left.length < MIN_LENGTH_WITHOUT_NAMES && parts.some((name) => key.includes(name))) {
    throw invalidField(field, 'The password must not be made of your name or that of this site');
  }
}
