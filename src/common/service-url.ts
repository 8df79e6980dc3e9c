import { ConfigError } from './config';

/** A parsed URL of a database or of Redis. */
export interface ServiceUrl {
  scheme: string;
  user: string;
  password: string;
  /** Host name or address; IPv6 without brackets. */
  host: string;
  port: number | null;
  /** What follows the first `/` after the host, without the query. */
  path: string;
  query: URLSearchParams;
}

/** The credentials end at the last `@` that a host follows: passwords may contain `#`, `/`, `?` and `@` unescaped. */
const PARTS =
  /^([a-z][a-z\d+.-]*):\/\/(?:([^:@/]*)(?::(.*))?@)?(\[[\da-f:.]+\]|[^\s:/?#@,[\]]+)(?::(\d+))?(?:\/([^?#]*))?(?:\?(.*))?$/is;

/**
 * Not `URL`, which takes a `#` in a password for a fragment and rejects the URL without saying why.
 * @param name the setting, for the message
 * @param example a valid value, for the message
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
