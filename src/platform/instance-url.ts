import { invalidField } from '../common/app-error';
import { refusalOf } from '../fediverse/address-policy';

/** What the column holds. */
const MAX_URL_LENGTH = 255;

/** `@me@mastodon.example`, with its first @ or without. */
const HANDLE = /^@?([^@\s/]+)@([^@\s/]+)$/;

/** The account that a handle names, or the address of a profile. */
export function usernameIn(typed: string): string | null {
  return HANDLE.exec(typed.trim())?.[1] ?? /\/@([^@\s/]+)\/?$/.exec(typed)?.[1] ?? null;
}

/**
 * What a person types, as an address: a host, an address with or without its scheme, or a handle such as
 * `@me@mastodon.example`.
 */
function toAddress(typed: string, allowPrivate: readonly string[]): string {
  const text = typed.trim();
  if (text.includes('://')) return text;
  const host = HANDLE.exec(text)?.[2] ?? text;
  return `${allowPrivate.includes(host.split('/')[0]!) ? 'http' : 'https'}://${host}`;
}

/**
 * The origin of an instance as it is stored. What could never be reached is refused here already; the rest is found
 * out when it is connected to.
 * @param allowPrivate host:port list that may be private and spoken to without TLS, for development
 * @throws AppError VALIDATION_ERROR
 */
export function normaliseInstanceUrl(typed: string, allowPrivate: readonly string[]): string {
  const text = toAddress(typed, allowPrivate);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalidField('instance_url', 'instance_url must be an address such as https://mastodon.example');
  }
  // The same host, and else another instance to whoever compares.
  url.hostname = url.hostname.replace(/\.$/, '');
  const refusal = refusalOf(url, allowPrivate);
  if (refusal) throw invalidField('instance_url', `instance_url ${refusal}`);
  // Names in other scripts are longer as they are stored than as they are written.
  if (url.origin.length > MAX_URL_LENGTH)
    throw invalidField('instance_url', `instance_url is longer than ${MAX_URL_LENGTH} characters`);
  return url.origin;
}
