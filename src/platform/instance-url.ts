import { invalidField } from '../common/app-error';

/**
 * The origin of an instance as it is stored.
 * @param allowPrivate host:port list that may be spoken to without TLS, for development
 * @throws AppError VALIDATION_ERROR
 */
export function normaliseInstanceUrl(text: string, allowPrivate: readonly string[]): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalidField('instance_url', 'instance_url must be an address such as https://mastodon.example');
  }
  if (url.username || url.password) throw invalidField('instance_url', 'instance_url must not hold a user or password');
  if (url.protocol === 'http:' && !allowPrivate.includes(url.host)) {
    throw invalidField('instance_url', 'instance_url must begin with https://');
  }
  return url.origin;
}
