import { ConfigError } from './config';

/** A URL of a database or of Redis, taken apart. */
export interface ServiceUrl {
  scheme: string;
  user: string;
  password: string;
  /** A name or an address; IPv6 without its brackets. */
  host: string;
  port: number | null;
  /** What follows the first `/` after the host, without the query. */
  path: string;
  query: URLSearchParams;
}

/** The user ends at the last `@` that a host follows: `#`, `/`, `?` and `@` may stand in a password as they are. */
const PARTS =
  /^([a-z][a-z\d+.-]*):\/\/(?:([^:@/]*)(?::(.*))?@)?(\[[\da-f:.]+\]|[^\s:/?#@,[\]]+)(?::(\d+))?(?:\/([^?#]*))?(?:\?(.*))?$/is;

/**
 * Own code, as `URL` takes a `#` in a password for the beginning of a fragment and refuses it without saying so.
 * @param name the setting, for the message
 * @param example what it should look like
 * @throws ConfigError
 */
export function parseServiceUrl(name: string, text: string, example: string): ServiceUrl {
  const match = PARTS.exec(text.trim());
  if (!match) throw new ConfigError(`${name} must look like ${example}`);
  const [, scheme = '', user = '', password = '', host = '', port, path = '', query = ''] = match;
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) {
    throw new ConfigError(`${name}: the port must be from 1 to 65535, not ${port}`);
  }
  return {
    scheme: scheme.toLowerCase(),
    user: decode(name, user),
    password: decode(name, password),
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? null : Number(port),
    path: decode(name, path),
    query: new URLSearchParams(query),
  };
}

function decode(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConfigError(`${name}: a % in the user, the password or the path must be written %25`);
  }
}
