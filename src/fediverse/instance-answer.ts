/** What an answer of an instance means: what it says, or why there is nothing to be had. */
import type { InstanceAnswer } from './guarded-fetch';
import { InstanceError, LACKS_PERMISSION } from './instance-error';
import { withoutSecrets } from './without-secrets';

/** How long we leave an instance alone that says "too many" without saying for how long, and at most; ms. */
const PAUSE = 60_000;
const LONGEST_PAUSE = 3_600_000;
/** Request timeout, too early, too many requests: nothing is wrong with what was asked. */
const LATER = [408, 425, 429];

/**
 * @param secrets what went with the request, and must not come back
 * @returns what the body says
 * @throws InstanceError by what the answer means; see InstanceFault
 */
export function readAnswer({ status, headers, body }: InstanceAnswer, secrets: (string | null | undefined)[]): unknown {
  const answer = parse(body, secrets);
  if (status === 401) throw new InstanceError('unauthorized', 'The instance no longer accepts the token', { status });
  if (LATER.includes(status)) throw asksForAPause({ status, retryAfter: pauseOf(headers) });
  if (status === 403 && isOutsideScopes(headers, answer)) {
    throw new InstanceError('forbidden', LACKS_PERMISSION, { status });
  }
  if (status >= 400 && status < 500) throw new InstanceError('refused', reasonOf(answer, status), { status });
  if (status < 200 || status > 299) {
    throw new InstanceError('lost', `The instance answered with status ${status}`, { status });
  }
  if (answer === undefined) throw new InstanceError('lost', 'The answer of the instance could not be understood');
  return answer;
}

/** @param details.retryAfter ms */
export function asksForAPause(details: { status?: number; retryAfter: number }): InstanceError {
  return new InstanceError('limited', 'The instance asks for a pause', details);
}

function parse(body: Buffer, secrets: (string | null | undefined)[]): unknown {
  try {
    return withoutSecrets(JSON.parse(body.toString('utf8')), secrets);
  } catch {
    return undefined;
  }
}

/** By Mastodon's words, or by those of RFC 6750; any other 403 is about what was asked, or about the account. */
function isOutsideScopes(headers: InstanceAnswer['headers'], answer: unknown): boolean {
  const { error } = (answer ?? {}) as { error?: unknown };
  return /insufficient_scope/.test(headers['www-authenticate'] ?? '') || /\bscopes?\b/.test(String(error));
}

/** The instance's own words, cut short and without control characters; shown as text only. */
function reasonOf(answer: unknown, status: number): string {
  const { error, error_description: description } = (answer ?? {}) as { error?: unknown; error_description?: unknown };
  const said = [description, error].find((each) => typeof each === 'string' && each !== '') as string | undefined;
  return said ? said.slice(0, 300).replace(/\p{Cc}/gu, ' ') : `status ${status}`;
}

/** How long the instance wants to hear nothing. @returns ms */
export function pauseOf(headers: InstanceAnswer['headers']): number {
  const seconds = Number(headers['retry-after']);
  const reset = Date.parse(String(headers['x-ratelimit-reset']));
  // Measured against the instance's own clock where it says one.
  const until = reset - (Date.parse(String(headers.date)) || Date.now());
  const wished = seconds > 0 ? seconds * 1000 : until;
  return Number.isFinite(wished) ? Math.min(Math.max(wished, 1000), LONGEST_PAUSE) : PAUSE;
}
