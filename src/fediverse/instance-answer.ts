/** Interprets the answers of instances: the parsed body, or an InstanceError. */
import type { InstanceAnswer } from './guarded-fetch';
import { InstanceError, lacksPermission } from './instance-error';
import { withoutSecrets } from './without-secrets';

/** Pause after a rate limit without a time, and the maximum of any pause. */
const DEFAULT_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 3_600_000;
/** Too Early, Too Many Requests: the request itself is valid and had no effect. */
const RETRYABLE_STATUSES = [425, 429];
/** Bytes of an HTML page that are searched for its title. */
const MAX_TITLE_SEARCH_BYTES = 10_000;
const MAX_MESSAGE_LENGTH = 300;

type Fields = Record<string, unknown>;

/**
 * @param host for messages that the user sees
 * @param secrets of the request; removed from the answer
 * @returns the parsed body
 * @throws InstanceError; see InstanceFault for the meanings
 */
export function readAnswer(answer: InstanceAnswer, host: string, secrets: (string | null | undefined)[]): unknown {
  const { status, headers, body } = answer;
  const said = parse(body, secrets);
  const fields = (said ?? {}) as Fields;
  // Pixelfed answers an invalid token with status 500.
  if (status === 401 || (status >= 400 && fields.error === 'Unauthenticated.')) {
    throw new InstanceError('unauthorized', 'The instance no longer accepts the token', { status });
  }
  if (RETRYABLE_STATUSES.includes(status)) throw rateLimitError({ status, retryAfter: pauseOf(headers) });
  if (status === 403 && isOutsideScopes(headers, said)) {
    throw new InstanceError('forbidden', lacksPermission(), { status });
  }
  // Pixelfed reports validation errors with status 500 and a list `errors`.
  // 408 Request Timeout may come from a proxy that has passed the request on.
  const isRefusal = (status >= 400 && status < 500 && status !== 408) || (status >= 500 && fields.errors !== undefined);
  if (isRefusal) throw refusal(wordsOf(answer, said, host), status);
  if (status < 200 || status > 299) {
    const retryAfter = isPause(answer) ? pauseOf(headers) : undefined;
    throw new InstanceError('lost', `${host} failed: ${wordsOf(answer, said, host)}`, { status, retryAfter });
  }
  if (said === undefined)
    throw unreadable(pageOf(answer, host) ?? `${host} gave an answer that cannot be read`, status);
  return said;
}

/** Whether requests must pause: a rate limit, or 503 with Retry-After. */
export function isPause({ status, headers }: Pick<InstanceAnswer, 'status' | 'headers'>): boolean {
  return status === 429 || (status === 503 && headers['retry-after'] !== undefined);
}

/** @param details.retryAfter ms */
export function rateLimitError(details: { status?: number; retryAfter: number }): InstanceError {
  return new InstanceError('limited', 'The instance limits the rate of requests', details);
}

export function unreadable(message = 'The answer of the instance cannot be read', status?: number): InstanceError {
  return new InstanceError('unreadable', message, { status });
}

function refusal(words: string, status: number): InstanceError {
  if (/finished processing|still (being )?process|not (been )?processed/i.test(words)) {
    return new InstanceError('limited', words, { status });
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

/** By Mastodon's message, the header of RFC 6750 or no message (Pixelfed); any other 403 is about the request. */
function isOutsideScopes(headers: InstanceAnswer['headers'], said: unknown): boolean {
  if (/insufficient_scope/.test(headers['www-authenticate'] ?? '')) return true;
  if (said === undefined) return false;
  const words = jsonWordsOf(said);
  return words === null || /scope/i.test(words);
}

/** The instance's message, truncated and without control characters; shown as plain text only. */
function wordsOf(answer: InstanceAnswer, said: unknown, host: string): string {
  return jsonWordsOf(said) ?? pageOf(answer, host) ?? `status ${answer.status}`;
}

function jsonWordsOf(said: unknown): string | null {
  const { error, error_description, message, errors } = (said ?? {}) as Fields;
  const listed = Object.values((errors ?? {}) as object).flat();
  const words = [error_description, error, message, ...listed].find((each) => typeof each === 'string' && each !== '');
  return words === undefined ? null : plain(words as string);
}

/** Describes an HTML answer: an error page of a proxy, or a page on which the account must first agree to something. */
function pageOf({ status, headers, body }: InstanceAnswer, host: string): string | null {
  const isPage =
    /html/i.test(headers['content-type'] ?? '') || body.subarray(0, 64).toString('latin1').trim()[0] === '<';
  if (!isPage) return null;
  const title = /<title[^<>]{0,100}>([^<]{1,200})/i.exec(
    body.subarray(0, MAX_TITLE_SEARCH_BYTES).toString('utf8'),
  )?.[1];
  return plain(`${host} answered with a web page${title ? ` ("${title.trim()}")` : ''}, status ${status}`);
}

function plain(text: string): string {
  return text.slice(0, MAX_MESSAGE_LENGTH).replace(/\p{Cc}/gu, ' ');
}

/**
 * How long to pause: `Retry-After` in seconds or as a date, otherwise `X-RateLimit-Reset` as a date or in Unix seconds.
 * @returns ms
 */
export function pauseOf(headers: InstanceAnswer['headers']): number {
  // Relative to the instance's own clock, if the answer has a date.
  const now = Date.parse(String(headers.date)) || Date.now();
  const wished = untilOf(headers['retry-after'], now) ?? untilOf(headers['x-ratelimit-reset'], now) ?? DEFAULT_PAUSE_MS;
  return Math.min(Math.max(wished, 1000), MAX_PAUSE_MS);
}

/** Larger numbers are Unix timestamps. */
const MAX_DURATION_SECONDS = 1e9;

function untilOf(header: string | string[] | undefined, now: number): number | null {
  const text = String(header ?? '').trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const seconds = Number(text);
    return seconds > MAX_DURATION_SECONDS ? seconds * 1000 - now : seconds > 0 ? seconds * 1000 : null;
  }
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? null : moment - now;
}
