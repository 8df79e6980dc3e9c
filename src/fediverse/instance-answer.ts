/** What an answer of an instance means: what it says, or why there is nothing to be had. The one place that reads them. */
import type { InstanceAnswer } from './guarded-fetch';
import { InstanceError, lacksPermission } from './instance-error';
import { withoutSecrets } from './without-secrets';

/** How long we leave an instance alone that says "too many" without saying for how long, and at most; ms. */
const DEFAULT_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 3_600_000;
/** Media are mostly processed within seconds. */
const PROCESSING_PAUSE_MS = 2000;
/** Request timeout, too early, too many requests: nothing is wrong with what was asked. */
const LATER = [408, 425, 429];
/** Bytes of a page in which its title is looked for. */
const TITLE_WITHIN_BYTES = 10_000;
const MAX_WORDS = 300;

type Fields = Record<string, unknown>;

/**
 * @param host named in what the person reads
 * @param secrets what went with the request, and must not come back
 * @returns what the body says
 * @throws InstanceError by what the answer means; see InstanceFault
 */
export function readAnswer(answer: InstanceAnswer, host: string, secrets: (string | null | undefined)[]): unknown {
  const { status, headers, body } = answer;
  const said = parse(body, secrets);
  const fields = (said ?? {}) as Fields;
  // Pixelfed answers a dead token with status 500.
  if (status === 401 || (status >= 400 && fields.error === 'Unauthenticated.')) {
    throw new InstanceError('unauthorized', 'The instance no longer accepts the token', { status });
  }
  if (LATER.includes(status)) throw asksForAPause({ status, retryAfter: pauseOf(headers) });
  if (status === 403 && isOutsideScopes(headers, said)) {
    throw new InstanceError('forbidden', lacksPermission(), { status });
  }
  // Pixelfed answers what does not pass its validation with status 500, and a list of errors.
  const isRefusal = (status >= 400 && status < 500) || (status >= 500 && fields.errors !== undefined);
  if (isRefusal) throw refusal(wordsOf(answer, said, host), status);
  if (status < 200 || status > 299) {
    const retryAfter = isPause(answer) ? pauseOf(headers) : undefined;
    throw new InstanceError('lost', `${host} failed: ${wordsOf(answer, said, host)}`, { status, retryAfter });
  }
  if (said === undefined)
    throw unreadable(pageOf(answer, host) ?? `${host} gave an answer that cannot be read`, status);
  return said;
}

/** Whether nothing is to be asked for a while: too many requests, or a server that says when it will be back. */
export function isPause({ status, headers }: Pick<InstanceAnswer, 'status' | 'headers'>): boolean {
  return status === 429 || (status === 503 && headers['retry-after'] !== undefined);
}

/** @param details.retryAfter ms */
export function asksForAPause(details: { status?: number; retryAfter: number }): InstanceError {
  return new InstanceError('limited', 'The instance asks for a pause', details);
}

export function unreadable(message = 'The answer of the instance cannot be read', status?: number): InstanceError {
  return new InstanceError('unreadable', message, { status });
}

function refusal(words: string, status: number): InstanceError {
  if (/finished processing|still (being )?process|not (been )?processed/i.test(words)) {
    return new InstanceError('limited', words, { status, retryAfter: PROCESSING_PAUSE_MS });
  }
  const isDuplicate = /duplicate|already (been )?(used|posted|exists)/i.test(words);
  return new InstanceError(isDuplicate ? 'duplicate' : 'refused', words, { status });
}

function parse(body: Buffer, secrets: (string | null | undefined)[]): unknown {
  try {
    return withoutSecrets(JSON.parse(body.toString('utf8')), secrets);
  } catch {
    return undefined;
  }
}

/** By Mastodon's words, by those of RFC 6750, or without a word, as Pixelfed does; any other 403 is about the request. */
function isOutsideScopes(headers: InstanceAnswer['headers'], said: unknown): boolean {
  if (/insufficient_scope/.test(headers['www-authenticate'] ?? '')) return true;
  if (said === undefined) return false;
  const words = jsonWordsOf(said);
  return words === null || /scope/i.test(words);
}

/** The instance's own words, cut short and without control characters; shown as text only. */
function wordsOf(answer: InstanceAnswer, said: unknown, host: string): string {
  return jsonWordsOf(said) ?? pageOf(answer, host) ?? `status ${answer.status}`;
}

function jsonWordsOf(said: unknown): string | null {
  const { error, error_description, message, errors } = (said ?? {}) as Fields;
  const listed = Object.values((errors ?? {}) as object).flat();
  const words = [error_description, error, message, ...listed].find((each) => typeof each === 'string' && each !== '');
  return words === undefined ? null : plain(words as string);
}

/** A page where data was asked for: of a proxy in between, or one that the account must see to first. */
function pageOf({ status, headers, body }: InstanceAnswer, host: string): string | null {
  const isPage =
    /html/i.test(headers['content-type'] ?? '') || body.subarray(0, 64).toString('latin1').trim()[0] === '<';
  if (!isPage) return null;
  const title = /<title[^<>]{0,100}>([^<]{1,200})/i.exec(body.subarray(0, TITLE_WITHIN_BYTES).toString('utf8'))?.[1];
  return plain(`${host} answered with a web page${title ? ` ("${title.trim()}")` : ''}, status ${status}`);
}

function plain(text: string): string {
  return text.slice(0, MAX_WORDS).replace(/\p{Cc}/gu, ' ');
}

/**
 * How long the instance wants to hear nothing: `Retry-After` in seconds or as a date, else `X-RateLimit-Reset` as a
 * date or in Unix seconds.
 * @returns ms
 */
export function pauseOf(headers: InstanceAnswer['headers']): number {
  // Measured by the instance's own clock where it says the time.
  const now = Date.parse(String(headers.date)) || Date.now();
  const wished = untilOf(headers['retry-after'], now) ?? untilOf(headers['x-ratelimit-reset'], now) ?? DEFAULT_PAUSE_MS;
  return Math.min(Math.max(wished, 1000), MAX_PAUSE_MS);
}

/** Larger numbers are moments, in seconds since 1970. */
const LONGEST_SECONDS = 1e9;

function untilOf(header: string | string[] | undefined, now: number): number | null {
  const text = String(header ?? '').trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const seconds = Number(text);
    return seconds > LONGEST_SECONDS ? seconds * 1000 - now : seconds > 0 ? seconds * 1000 : null;
  }
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? null : moment - now;
}
