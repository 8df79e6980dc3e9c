/** Which user names could be taken for somebody else's. Pure. */
import { normalise } from '../common/normalise';

/** Whoever has one of these seems to speak for the site. */
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

/** Scripts whose letters look like those of the others: UTS #39 takes no name that mixes them. */
const LOOKALIKE_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
];
/** A name of these Cyrillic or Greek letters alone reads as a Latin one, as browsers hold it for host names. */
const READS_AS_LATIN = /^[асԁеһіјӏорԛѕԝхуʏοαορνικτυχγωη\d._-]+$/u;

/** A name that only the administrator gives: on the command line, or to themselves as the first account. */
export function isReserved(username: string): boolean {
  return RESERVED.has(normalise(username, 'NFKC').toLowerCase().replace(/[._-]/g, ''));
}

/** Whether the name can be taken for one in other letters, as "аdm" with a Cyrillic letter for "adm". */
export function isConfusable(username: string): boolean {
  const key = normalise(username, 'NFKC').toLowerCase();
  const scripts = LOOKALIKE_SCRIPTS.filter((script) => script.test(key)).length;
  return scripts > 1 || (!/\p{Script=Latin}/u.test(key) && /\p{L}/u.test(key) && READS_AS_LATIN.test(key));
}
