/** Parses DATABASE_URL: TypeORM's own parser drops the query and splits IPv6 addresses wrongly. */
import { readFileSync } from 'node:fs';
import { ConfigError, type DatabaseConfig, type TlsOptions } from '../common/config';
import { parseServiceUrl } from '../common/service-url';

const EXAMPLE = 'mysql://user:password@host:3306/name or sqlite:path';
const MYSQL_PORT = 3306;

const ENCRYPTED: TlsOptions = { rejectUnauthorized: false };
const VERIFIED: TlsOptions = { rejectUnauthorized: true, verifyIdentity: true };

/** The TLS modes of MySQL's client and of libpq, which hosting providers use in their URLs; null is plain text. */
const MODES: Record<string, TlsOptions | null> = {
  false: null,
  '0': null,
  disable: null,
  disabled: null,
  require: ENCRYPTED,
  required: ENCRYPTED,
  'verify-ca': { rejectUnauthorized: true },
  'verify-full': VERIFIED,
  'verify-identity': VERIFIED,
  true: VERIFIED,
  '1': VERIFIED,
};
const MODE_PARAMETERS = ['ssl', 'sslmode', 'ssl-mode', 'ssl_mode'];
const CA_PARAMETERS = ['ssl-ca', 'sslrootcert'];

/** Allowed options of `?ssl={…}`: mysql2 options, each with its type. */
const SSL_OPTIONS: Record<keyof TlsOptions, 'string' | 'boolean'> = {
  ca: 'string',
  cert: 'string',
  key: 'string',
  passphrase: 'string',
  minVersion: 'string',
  rejectUnauthorized: 'boolean',
  verifyIdentity: 'boolean',
};

/** @throws ConfigError that says what is wrong with it */
export function parseDatabaseUrl(text: string): DatabaseConfig {
  const url = text.trim();
  if (url.startsWith('sqlite:')) return { kind: 'sqlite', path: sqlitePath(url), embedded: false };
  if (!/^(mysql|mariadb):/i.test(url)) throw new ConfigError(`DATABASE_URL must look like ${EXAMPLE}`);
  const { user, password, host, port, path, query } = parseServiceUrl('DATABASE_URL', url, EXAMPLE);
  if (path === '')
    throw new ConfigError('DATABASE_URL must end in the name of a database, such as mysql://…/vedfolnir');
  const ssl = parseSsl(query);
  const connection = { host, port: port ?? MYSQL_PORT, user, password, database: path };
  return { kind: 'mysql', connection: { ...connection, ...(ssl && { ssl }) } };
}

function sqlitePath(url: string): string {
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '' || path.includes('?'))
    throw new ConfigError('DATABASE_URL must name a file, as in sqlite:data/my.sqlite');
  return path;
}

function parseSsl(query: URLSearchParams): TlsOptions | null {
  let ssl: TlsOptions | null = null;
  for (const [name, value] of query) {
    if (MODE_PARAMETERS.includes(name)) ssl = value.startsWith('{') ? sslOptions(value) : sslMode(name, value);
    else if (!CA_PARAMETERS.includes(name)) {
      throw new ConfigError(
        `DATABASE_URL: "${name}" is not known; after the ? only ssl, ssl-mode and ssl-ca may stand`,
      );
    }
  }
  const ca = CA_PARAMETERS.map((name) => query.get(name)).find((file) => file !== null);
  return ca === undefined ? ssl : { ...VERIFIED, ...ssl, ca: readCertificate(ca ?? '') };
}

function sslMode(name: string, value: string): TlsOptions | null {
  const mode = MODES[value.toLowerCase().replaceAll('_', '-')];
  if (mode !== undefined) return mode;
  throw new ConfigError(
    `DATABASE_URL: ${name}=${value} is not known; it may be true, false, REQUIRED, VERIFY_CA, VERIFY_IDENTITY or {"ca": …}`,
  );
}

function sslOptions(value: string): TlsOptions {
  let options: Record<string, unknown>;
  try {
    options = JSON.parse(value) as Record<string, unknown>;
  } catch {
    throw new ConfigError('DATABASE_URL: what follows ssl= begins with { and is no JSON');
  }
  for (const [name, given] of Object.entries(options)) {
    const type = SSL_OPTIONS[name as keyof TlsOptions];
    if (!type)
      throw new ConfigError(`DATABASE_URL: ssl has no option "${name}"; ${Object.keys(SSL_OPTIONS).join(', ')}`);
    if (typeof given !== type) throw new ConfigError(`DATABASE_URL: the option "${name}" of ssl must be a ${type}`);
  }
  return options;
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `DATABASE_URL: the certificate ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}
