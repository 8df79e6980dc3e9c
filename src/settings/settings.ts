/** Parses and validates settings, from a server's environment or a host's options. */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseRedisUrl } from '../cluster/redis-url';
import {
  type Config,
  ConfigError,
  type DatabaseConfig,
  DEFAULT_ROUTES,
  LOG_LEVELS,
  LONGEST_RETENTION_MS,
  parseDuration,
} from '../common/config';
import { parseDatabaseUrl } from '../database/database-url';

const DATA_FOLDER = 'data';
/** Shutdown must finish within ten seconds, including open requests. */
const MAX_SHUTDOWN_GRACE_MS = 7000;

function integer(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === text.trim());
  if (!found) throw new ConfigError(`${name} must be one of: ${allowed.join(', ')}; not "${text}"`);
  return found;
}

function origin(name: string, text: string): string {
  let url: URL | null = null;
  try {
    url = new URL(text.trim());
  } catch {}
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== text.trim().replace(/\/$/, '')) {
    throw new ConfigError(`${name} must be an origin such as https://social.example, without a path, not "${text}"`);
  }
  return url.origin;
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function hostsAndPorts(name: string, given: string[]): string[] {
  for (const each of given) {
    if (!/^(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i.test(each)) throw new ConfigError(`${name}: "${each}" is not host:port`);
  }
  return given;
}

function database(url: string | undefined): DatabaseConfig {
  if (!url) return { kind: 'sqlite', path: join(DATA_FOLDER, 'vedfolnir.sqlite'), embedded: true };
  return parseDatabaseUrl(url);
}

function decodeKeys(text: string): Buffer[] {
  const keys = list(text).map((part) => Buffer.from(part, 'base64'));
  if (keys.length === 0 || keys.some((key) => key.length !== 32)) {
    throw new ConfigError('ENCRYPTION_KEYS must be base64 of 32 bytes each, comma-separated, newest first');
  }
  return keys;
}

/** Writes the key file atomically and never overwrites it: two processes that start together must use the same key. */
function createKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  writeFileSync(own, randomBytes(32).toString('base64'), { mode: 0o600 });
  try {
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own);
  }
}

/** @throws ConfigError */
function readOrCreateKey(file: string): string {
  try {
    if (!existsSync(file)) createKey(file);
    return readFileSync(file, 'utf8');
  } catch (error) {
    const folder = resolve(dirname(file));
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `The folder ${folder} cannot be used (${code}): make it writable for this user, or set ENCRYPTION_KEYS`,
    );
  }
}

/** Outside production a key is generated once, beside the embedded database, so that nothing has to be configured. */
function encryptionKeys(text: string | undefined, production: boolean): Buffer[] {
  if (text) return decodeKeys(text);
  if (production) throw new ConfigError('ENCRYPTION_KEYS is required when NODE_ENV=production');
  return decodeKeys(readOrCreateKey(join(DATA_FOLDER, 'encryption.key')));
}

/** A server of ours needs its first account, whatever is set. */
const registration = (value: string) =>
  oneOf('REGISTRATION', value, ['open', 'closed']) === 'open' ? 'open' : 'first';

/** Both timeouts; a shorter lifetime also limits the default idle timeout. */
function timeouts(env: NodeJS.ProcessEnv): { idleTimeout: number; sessionLifetime: number } {
  const sessionLifetime = parseDuration('SESSION_LIFETIME', env.SESSION_LIFETIME || '24h');
  const idle = env.SESSION_IDLE_TIMEOUT;
  const idleTimeout = parseDuration('SESSION_IDLE_TIMEOUT', idle || '12h');
  if (idle && idleTimeout > sessionLifetime) {
    const lifetime = env.SESSION_LIFETIME || '24h, its default';
    throw new ConfigError(`SESSION_IDLE_TIMEOUT (${idle}) may not be longer than SESSION_LIFETIME (${lifetime})`);
  }
  return { idleTimeout: Math.min(idleTimeout, sessionLifetime), sessionLifetime };
}

/**
 * @param env values by setting name; missing or empty ones get their default
 * @throws ConfigError for the first invalid setting
 */
export function readSettings(env: NodeJS.ProcessEnv): Config {
  const production = env.NODE_ENV === 'production';
  const duration = (name: string, fallback: string, longest?: number): number =>
    parseDuration(name, env[name] || fallback, longest);
  const rateLimits = oneOf('RATE_LIMITS', env.RATE_LIMITS || 'on', ['on', 'off']) === 'on';
  if (production && !rateLimits) throw new ConfigError('RATE_LIMITS=off is refused when NODE_ENV=production');
  return Object.freeze<Config>({
    routes: DEFAULT_ROUTES,
    production,
    test: env.NODE_ENV === 'test',
    port: integer('PORT', env.PORT || '3000', 0, 65_535),
    host: env.HOST || (production ? '0.0.0.0' : '127.0.0.1'),
    database: database(env.DATABASE_URL),
    databasePool: integer('DATABASE_POOL', env.DATABASE_POOL || '10', 1, 1000),
    redis: env.REDIS_URL ? parseRedisUrl(env.REDIS_URL) : null,
    ...timeouts(env),
    expiryWarning: duration('SESSION_EXPIRY_WARNING', '2m'),
    cacheTtl: duration('SESSION_CACHE_TTL', '300s'),
    sessionRetention: duration('SESSION_RETENTION', '30d', LONGEST_RETENTION_MS),
    auditRetention: duration('AUDIT_RETENTION', '90d', LONGEST_RETENTION_MS),
    sweepInterval: duration('SWEEP_INTERVAL', '1m'),
    recentLogin: duration('RECENT_LOGIN', '10m'),
    maxSessionsPerUser: integer('SESSION_MAX_PER_USER', env.SESSION_MAX_PER_USER || '0', 0, 100_000),
    publicOrigin: env.PUBLIC_ORIGIN ? origin('PUBLIC_ORIGIN', env.PUBLIC_ORIGIN) : null,
    allowedOrigins: list(env.ALLOWED_ORIGINS).map((text) => origin('ALLOWED_ORIGINS', text)),
    trustProxy: integer('TRUST_PROXY', env.TRUST_PROXY || '0', 0, 10),
    registration: registration(env.REGISTRATION || (production ? 'closed' : 'open')),
    encryptionKeys: encryptionKeys(env.ENCRYPTION_KEYS, production),
    allowPrivateInstances: hostsAndPorts('ALLOW_PRIVATE_INSTANCES', list(env.ALLOW_PRIVATE_INSTANCES)),
    rateLimits,
    metricsToken: env.METRICS_TOKEN || null,
    shutdownGrace: parseDuration(
      'SHUTDOWN_GRACE',
      env.SHUTDOWN_GRACE || (production ? '3s' : '0s'),
      MAX_SHUTDOWN_GRACE_MS,
      0,
    ),
    logLevel: oneOf('LOG_LEVEL', env.LOG_LEVEL || 'info', LOG_LEVELS),
  });
}
