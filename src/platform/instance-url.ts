import { invalidField } from '../common/app-error';
import { refusalOf } from '../fediverse/address-policy';

/** Length of the database column. */
const MAX_URL_LENGTH = 255;

/** `@me@mastodon.example`, with or without the first @. */
const HANDLE = /^@?([^@\s/]+)@([^@\s/]+)$/;

/** The user name in a handle or a profile URL; null if there is none. */
export function usernameIn(typed: string): string | null {
  return HANDLE.exec(typed.trim())?.[1] ?? /\/@([^@\s/]+)\/?$/.exec(typed)?.[1] ?? null;
}

/**
 * Converts user input to a URL: a host, a URL with or without its scheme, or a handle such as
 * `@me@mastodon.example`.
 */
function toAddress(typed: string, allowPrivate: readonly string[]): string {
  const text = typed.trim();
  if (text.includes('://')) return text;
  const host = HANDLE.exec(text)?.[2] ?? text;
  return `${allowPrivate.includes(host.split('/')[0]!) ? 'http' : 'https'}://${host}`;
}

/**
 * Normalises user input to the origin of an instance, as it is stored. Refuses URLs that GuardedFetch would refuse; the
 * addresses of the host are checked when connecting.
 * @param allowPrivate host:port list that may be private and without TLS, for development
 * @throws AppError VALIDATION_ERROR
 */
export function normaliseInstanceUrl(typed: string, allowPrivate: readonly string[]): string {
  const text = toAddress(typed, allowPrivate);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalidField('instance_url', 'instance_url must be an address such as https://mastodon.example');
  }
  // A trailing dot denotes the same host; without it origins can be compared.
  url.hostname = url.hostname.replace(/\.$/, '');
  const refusal = refusalOf(url, allowPrivate);
  if (refusal) throw invalidField('instance_url', `instance_url ${refusal}`);
  // Checked here because Punycode makes internationalised names longer.
  if (url.origin.length > MAX_URL_LENGTH)
    throw invalidField('instance_url', `instance_url is longer than ${MAX_URL_LENGTH} characters`);
  return url.origin;
}
