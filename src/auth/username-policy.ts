/** Detects user names that impersonate the site or another user. Pure. */
import { normalise } from '../common/normalise';

/** Users with these names would appear to speak for the site. */
const RESERVED = new Set([
  'abuse',
  'admin',
  'administrator',
  'hostmaster',
  'moderator',
  'official',
  'owner',
  'postmaster',
  'root',
  'security',
  'staff',
  'support',
  'sysadmin',
  'system',
  'vedfolnir',
  'webmaster',
]);

/** Scripts with letters that look alike: UTS #39 rejects names that mix them. */
const LOOKALIKE_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
];
/**
 * A name that has only these Cyrillic or Greek letters reads as a Latin one; browsers use the same rule for host names.
 */
const READS_AS_LATIN = /^[асԁеһіјӏорԛѕԝхуʏοαορνικτυχγωη\d._-]+$/u;

/** A name that only an administrator may assign: on the command line, or as the first account. */
export function isReserved(username: string): boolean {
  return RESERVED.has(normalise(username, 'NFKC').toLowerCase().replace(/[._-]/g, ''));
}

/** Whether the name looks like one in other letters, such as "аdm" with a Cyrillic letter for "adm". */
export function isConfusable(username: string): boolean {
  const key = normalise(username, 'NFKC').toLowerCase();
  const scripts = LOOKALIKE_SCRIPTS.filter((script) => script.test(key)).length;
  return scripts > 1 || (!/\p{Script=Latin}/u.test(key) && /\p{L}/u.test(key) && READS_AS_LATIN.test(key));
}
