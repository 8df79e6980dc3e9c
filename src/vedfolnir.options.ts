/** A host's options and their defaults. */

import type { DataSource } from 'typeorm';
import { type Config, ConfigError, DEFAULT_ROUTES, type RedisClientLike, type RouteConfig } from './common/config';
import { hostDatabase } from './database/host-database';
import { readSettings } from './settings/settings';

export interface SessionOptions {
  /** How long a session lasts without user activity. @default '12h' */
  idleTimeout?: string;
  /** How long a session lasts at most. @default '24h' */
  lifetime?: string;
  /** How long before expiry the tabs are warned. @default '2m' */
  expiryWarning?: string;
  /** How long a session may be read from the in-memory cache. @default '300s' */
  cacheTtl?: string;
  /** Maximum number of live sessions per user; beyond it the oldest is ended. 0: 1000. @default 0 */
  maxPerUser?: number;
}

/** Durations are written like `90s`, `15m`, `12h`. Without options: an embedded database, one node. */
export interface VedfolnirOptions {
  /**
   * `mysql://user:password@host:port/name`, `sqlite:path`, or the host's own TypeORM DataSource (MySQL, MariaDB or
   * better-sqlite3), to which it has added `vedfolnirEntities` and `vedfolnirMigrations`.
   * @default an embedded SQLite file under `data/`
   */
  database?: string | DataSource;
  /**
   * `redis://host:port`, `redis+cluster://host:port,host:port`, or a connected client of the `redis` package, of one server
   * or of a cluster. Without it: one node.
   */
  redis?: string | RedisClientLike;
  /** Base64 of 32 bytes each, newest first. Required in production, otherwise generated once under `data/`. */
  encryptionKeys?: string | readonly string[];
  /** The origin that users open, such as `https://social.example`. */
  publicOrigin?: string;
  /** Other origins whose pages may open sockets and send requests. */
  allowedOrigins?: readonly string[];
  session?: SessionOptions;
  /**
   * The client script calls `/api`: another prefix is for applications that do not use it.
   * @default { prefix: '/api', login: '/login', platforms: '/platforms', home: '/' }
   */
  routes?: Partial<RouteConfig>;
  /** `host:port` of instances that may have private addresses and no TLS, for development. */
  allowPrivateInstances?: readonly string[];
  /** Number of trusted reverse proxies, whose X-Forwarded-* headers are used. @default 0 */
  trustProxy?: number;
  /**
   * `decorated`: only routes with our decorators are guarded. `everywhere`: every route of the application requires a
   * session, unless it has `@Public()`.
   * @default 'decorated'
   */
  guards?: 'decorated' | 'everywhere';
  /**
   * `closed`: nobody can register an account with a password. The first registered account is an administrator.
   * @default 'open'; in production for the first account only
   */
  registration?: 'open' | 'closed';
  /** @default true; cannot be disabled in production */
  rateLimits?: boolean;
}

/** So that the compiler requires each option to be known here as well. */
const KNOWN: Record<keyof VedfolnirOptions, true> = {
  database: true,
  redis: true,
  encryptionKeys: true,
  publicOrigin: true,
  allowedOrigins: true,
  session: true,
  routes: true,
  allowPrivateInstances: true,
  trustProxy: true,
  guards: true,
  registration: true,
  rateLimits: true,
};

/** @throws ConfigError for the first invalid option */
export function resolveOptions(options: VedfolnirOptions): Config {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(KNOWN, name)) throw new ConfigError(`VedfolnirModule has no option ${name}`);
  }
  if (!['decorated', 'everywhere', undefined].includes(options.guards)) {
    throw new ConfigError("guards must be 'decorated' or 'everywhere'");
  }
  const { database, redis, session = {} } = options;
  const config = readSettings({
    NODE_ENV: process.env.NODE_ENV,
    DATABASE_URL: typeof database === 'string' ? database : undefined,
    REDIS_URL: typeof redis === 'string' ? redis : undefined,
    ENCRYPTION_KEYS: list(options.encryptionKeys),
    PUBLIC_ORIGIN: options.publicOrigin,
    ALLOWED_ORIGINS: list(options.allowedOrigins),
    SESSION_IDLE_TIMEOUT: session.idleTimeout,
    SESSION_LIFETIME: session.lifetime,
    SESSION_EXPIRY_WARNING: session.expiryWarning,
    SESSION_CACHE_TTL: session.cacheTtl,
    SESSION_MAX_PER_USER: session.maxPerUser?.toString(),
    ALLOW_PRIVATE_INSTANCES: list(options.allowPrivateInstances),
    TRUST_PROXY: options.trustProxy?.toString(),
    REGISTRATION: options.registration,
    RATE_LIMITS: options.rateLimits === false ? 'off' : 'on',
  });
  return Object.freeze<Config>({
    ...config,
    ...(typeof database === 'object' && hostDatabase(database)),
    ...(typeof redis === 'object' && { redis }),
    ...(options.registration === 'closed' && { registration: 'closed' }),
    routes: resolveRoutes(options.routes),
  });
}

function list(values: string | readonly string[] | undefined): string | undefined {
  return typeof values === 'object' ? values.join(',') : values;
}

function resolveRoutes(given: Partial<RouteConfig> = {}): RouteConfig {
  const routes = { ...DEFAULT_ROUTES, ...given };
  for (const [name, path] of Object.entries(routes)) {
    if (!/^\/[\w./-]*$/.test(path) || path.startsWith('//')) {
      throw new ConfigError(`routes.${name} must be a path such as ${DEFAULT_ROUTES[name as keyof RouteConfig]}`);
    }
  }
  return { ...routes, prefix: routes.prefix.replace(/\/$/, '') };
}
