/** What a host may say, and what holds where it says nothing. */

import type { DataSource } from 'typeorm';
import { type Config, ConfigError, DEFAULT_ROUTES, type RedisClientLike, type RouteConfig } from './common/config';
import { hostDatabase } from './database/host-database';
import { readSettings } from './settings/settings';

export interface SessionOptions {
  /** How long a session lasts without user activity. @default '12h' */
  idleTimeout?: string;
  /** How long a session lasts at most. @default '24h' */
  lifetime?: string;
  /** How long before its end the tabs are warned. @default '2m' */
  expiryWarning?: string;
  /** How long a session is read from memory at most. @default '300s' */
  cacheTtl?: string;
  /** Live sessions of one person; past it the oldest ends. 0: no limit. @default 0 */
  maxPerUser?: number;
}

/** Durations read like `90s`, `15m`, `12h`. What is not given is as without configuration: embedded, one node. */
export interface VedfolnirOptions {
  /**
   * `mysql://user:password@host:port/name`, `sqlite:path`, or the host's own TypeORM DataSource (MySQL, MariaDB or
   * better-sqlite3), to which it has added `vedfolnirEntities` and `vedfolnirMigrations`.
   * @default an embedded SQLite file under `data/`
   */
  database?: string | DataSource;
  /** `redis://host:port`, or a connected client of the `redis` package. Without it: one node. */
  redis?: string | RedisClientLike;
  /** Base64 of 32 bytes each, newest first. Required in production, else made once under `data/`. */
  encryptionKeys?: string | readonly string[];
  /** The origin that people use, such as `https://social.example`. */
  publicOrigin?: string;
  /** Other origins whose pages may open sockets and send requests. */
  allowedOrigins?: readonly string[];
  session?: SessionOptions;
  /** @default { prefix: '/api', login: '/login', platforms: '/platforms', home: '/' } */
  routes?: Partial<RouteConfig>;
  /** `host:port` of instances that may be private and spoken to without TLS, for development. */
  allowPrivateInstances?: readonly string[];
  /** Number of proxies in front whose X-Forwarded-* is believed. @default 0 */
  trustProxy?: number;
  /**
   * `decorated`: routes that the host has not marked are left alone. `everywhere`: every route of the application takes
   * signed-in callers only, unless it says `@Public()`. @default 'decorated'
   */
  guards?: 'decorated' | 'everywhere';
  /** @default 'open'; in production 'closed' but for the first account */
  registration?: 'open' | 'closed';
  /** @default true; cannot be switched off in production */
  rateLimits?: boolean;
}

/** @throws ConfigError for the first option that cannot be used */
export function resolveOptions(options: VedfolnirOptions): Config {
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
