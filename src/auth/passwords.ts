import { Algorithm, hash, verify } from '@node-rs/argon2';
import { normalise } from '../common/normalise';

/** argon2id with 19 MiB, two passes, one lane: the OWASP password storage cheat sheet's recommendation. */
const OPTIONS = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(normalise(password, 'NFKC'), OPTIONS);
}

let nobody: Promise<string> | undefined;

/**
 * Takes as long for a user that does not exist as for a wrong password.
 * @param stored null where there is no such user, empty for one of a host, who has no password here
 */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword('the password of nobody');
  const matches = await verify(stored || (await nobody), normalise(password, 'NFKC'));
  return matches && Boolean(stored);
}
