import { Algorithm, hash, verify } from '@node-rs/argon2';
import { AppError } from '../common/app-error';
import { ConcurrencyLimit } from '../common/concurrency-limit';
import { normalise } from '../common/normalise';

/** argon2id with 19 MiB, two passes, one lane: the OWASP password storage cheat sheet's recommendation. */
const OPTIONS = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Half of libuv's thread pool, which also serves files and DNS. */
const MAX_CONCURRENT_HASHES = 2;
/** About 10 s of work; callers further back would time out. */
const MAX_WAITING_HASHES = 500;
const RETRY_AFTER_SECONDS = 10;
const hashing = new ConcurrencyLimit(MAX_CONCURRENT_HASHES);

/** @throws AppError RATE_LIMITED while the queue is full */
async function queued<T>(work: () => Promise<T>): Promise<T> {
  if (hashing.queueLength >= MAX_WAITING_HASHES)
    throw new AppError('RATE_LIMITED', { retryAfter: RETRY_AFTER_SECONDS });
  return hashing.run(work);
}

/** @throws AppError RATE_LIMITED as `isPassword` */
export function hashPassword(password: string): Promise<string> {
  return queued(() => hash(normalise(password, 'NFKC'), OPTIONS));
}

let dummyHash: Promise<string> | undefined;

/**
 * Takes equally long for an unknown user and for a wrong password.
 * @param stored null for an unknown user, empty for a host's user, who has no password here
 * @throws AppError RATE_LIMITED while the queue is full
 */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  dummyHash ??= hashPassword('dummy password');
  const expected = stored || (await dummyHash);
  const matches = await queued(() => verify(expected, normalise(password, 'NFKC')));
  return matches && Boolean(stored);
}
