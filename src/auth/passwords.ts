import { Algorithm, hash, verify } from '@node-rs/argon2';
import { AppError } from '../common/app-error';
import { ConcurrencyLimit } from '../common/concurrency-limit';
import { normalise } from '../common/normalise';

/** argon2id with 19 MiB, two passes, one lane: the OWASP password storage cheat sheet's recommendation. */
const OPTIONS = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Half of the thread pool, which files and names are read by as well. */
const MAX_CONCURRENT_HASHES = 2;
/** Longest queue, some 10 s of work; past it the answer would come too late for anybody. */
const MAX_WAITING_HASHES = 500;
const RETRY_AFTER_SECONDS = 10;
const hashing = new ConcurrencyLimit(MAX_CONCURRENT_HASHES);

/** @throws AppError RATE_LIMITED while too many wait */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (hashing.queueLength >= MAX_WAITING_HASHES)
    throw new AppError('RATE_LIMITED', { retryAfter: RETRY_AFTER_SECONDS });
  return hashing.run(work);
}

/** @throws AppError RATE_LIMITED as `isPassword` */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(normalise(password, 'NFKC'), OPTIONS));
}

let nobody: Promise<string> | undefined;

/**
 * Takes as long for a user that does not exist as for a wrong password.
 * @param stored null where there is no such user, empty for one of a host, who has no password here
 * @throws AppError RATE_LIMITED while too many wait for their passwords to be checked
 */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword('the password of nobody');
  const expected = stored || (await nobody);
  const matches = await inTurn(() => verify(expected, normalise(password, 'NFKC')));
  return matches && Boolean(stored);
}
