/** Which passwords are taken for new ones. */
import { dictionary } from '@zxcvbn-ts/language-common';
import { invalidField } from '../common/app-error';
import { normalise } from '../common/normalise';

/** NIST SP 800-63B-4 asks for 15 where the password is the only factor and 8 beside another; OWASP ASVS 5.0 for 12. */
export const MIN_PASSWORD_LENGTH = 12;
/** Long enough for any passphrase, short enough not to be an attack on the hash. */
export const MAX_PASSWORD_LENGTH = 256;

const PRODUCT = 'vedfolnir';
/** A name that is shorter stands in other words by chance. */
const MIN_NAME_LENGTH = 3;
/** What has to be left of a password once the names are taken out. */
const MIN_LENGTH_WITHOUT_NAMES = 6;
/** Fewer different characters than these are one that is held down, or a short run again and again. */
const MIN_DISTINCT_CHARACTERS = 5;

const COMMON: ReadonlySet<string> = new Set(
  dictionary.passwords.filter((password): password is string => String(password).length >= MIN_PASSWORD_LENGTH),
);

/**
 * @param field the field that it came in
 * @param names what the account is called: the user name and the e-mail address
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
