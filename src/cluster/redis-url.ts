import { ConfigError } from '../common/config';
import { parseServiceUrl } from '../common/service-url';

const EXAMPLE = 'redis://user:password@host:6379/0, rediss://… or redis+cluster://host:6379,host:6379';

/**
 * Normalises REDIS_URL to a form that node-redis parses correctly.
 * @returns the URLs of all hosts for `redis+cluster` and `rediss+cluster`
 * @throws ConfigError that says what is wrong with it
 */
export function parseRedisUrl(text: string): string | string[] {
  const url = text.trim();
  const [, scheme, credentials, hosts] = /^(rediss?)\+cluster:\/\/(.*@)?([^/]+)\/?0?$/is.exec(url) ?? [];
  if (hosts) return hosts.split(',').map((host) => parseServer(`${scheme}://${credentials ?? ''}${host.trim()}`));
  return parseServer(url);
}

function parseServer(url: string): string {
  if (/^rediss?[+-]sentinel:/i.test(url) || /[\d\w\]],\s*[\w[]/.test(url.slice(url.lastIndexOf('@') + 1))) {
    throw new ConfigError(
      'REDIS_URL must name one server or a cluster (redis+cluster://host:6379,host:6379): Sentinel is not supported, an address that follows the primary is',
    );
  }
  if (!/^rediss?:\/\//i.test(url)) throw new ConfigError(`REDIS_URL must look like ${EXAMPLE}`);
  const { scheme, user, password, host, port, path, query } = parseServiceUrl('REDIS_URL', url, EXAMPLE);
  if (!/^\d{0,5}$/.test(path)) throw new ConfigError(`REDIS_URL: the database must be a number, not "${path}"`);
  const [unknown] = query.keys();
  if (unknown) throw new ConfigError(`REDIS_URL: "${unknown}" is not known; nothing may follow a ?`);
  const who = user || password ? `${encodeURIComponent(user)}:${encodeURIComponent(password)}@` : '';
  const address = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${who}${address}:${port ?? 6379}/${path}`;
}
