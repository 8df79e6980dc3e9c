/** The parsed settings: validated, frozen, all durations in milliseconds. */
import type { DataSourceOptions } from 'typeorm';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface TlsOptions {
  ca?: string;
  cert?: string;
  key?: string;
  passphrase?: string;
  minVersion?: string;
  rejectUnauthorized?: boolean;
  verifyIdentity?: boolean;
}

/** A MySQL or MariaDB connection, as mysql2 takes it. */
export interface MysqlConnection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** A Unix socket, used instead of host and port. */
  socketPath?: string;
  /** Without it the connection is not encrypted. A string is the name of a profile of mysql2. */
  ssl?: TlsOptions | string;
}

export type DatabaseConfig =
  | { kind: 'sqlite'; path: string; embedded: boolean }
  | { kind: 'mysql'; connection: MysqlConnection };

/** Paths of the pages and of the API. */
export interface RouteConfig {
  /** Prefix of every route of the API. */
  readonly prefix: string;
  readonly login: string;
  readonly platforms: string;
  readonly home: string;
}

/** The part of a `redis` client, of one server or of a cluster, that is needed to open more connections like it. */
export interface RedisClientLike {
  readonly options?: { readonly socket?: object };
  duplicate(options?: object): unknown;
}

/** The URL of a server, those of some servers of a cluster, or a connected client of a host. */
export type RedisTarget = string | readonly string[] | RedisClientLike;

/** Options of a host's DataSource that our connections use too, so that one transaction can write the host's rows and ours. */
export type HostOptions = Pick<DataSourceOptions, 'entities' | 'namingStrategy' | 'subscribers'>;

export interface Config {
  readonly routes: RouteConfig;
  readonly production: boolean;
  /** True in tests: enables costly checks for programming errors. */
  readonly test: boolean;
  readonly port: number;
  readonly host: string;
  readonly database: DatabaseConfig;
  readonly hostOptions?: HostOptions;
  /** Connections per node; MySQL only. */
  readonly databasePool: number;
  /** Null: a single node without Redis. */
  readonly redis: RedisTarget | null;
  /** All durations are milliseconds. */
  readonly idleTimeout: number;
  readonly sessionLifetime: number;
  readonly expiryWarning: number;
  readonly cacheTtl: number;
  /** How long rows of ended sessions are kept. */
  readonly sessionRetention: number;
  readonly auditRetention: number;
  readonly sweepInterval: number;
  /** How long a sign-in counts as recent. */
  readonly recentLogin: number;
  readonly maxSessionsPerUser: number;
  readonly publicOrigin: string | null;
  readonly allowedOrigins: readonly string[];
  /** Number of trusted reverse proxies, whose X-Forwarded-* headers are used. */
  readonly trustProxy: number;
  /** `first`: only the first account of an installation, which is the administrator's. */
  readonly registration: 'open' | 'first' | 'closed';
  /** AES-256 keys, newest first. */
  readonly encryptionKeys: readonly Buffer[];
  readonly allowPrivateInstances: readonly string[];
  readonly rateLimits: boolean;
  /** How long requests are still accepted after the stop signal; ms. */
  readonly shutdownGrace: number;
  /** Bearer token for `/metrics` from other machines; null: only from this machine. */
  readonly metricsToken: string | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** An invalid setting; the message names the setting and the allowed values. */
export class ConfigError extends Error {}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Longest delay of a timer, 2^31 - 1 ms; no duration that a timer waits for may be longer. */
const MAX_TIMER_MS = 2_147_483_647;
/** Ten years; retention times are not limited by timers. */
export const LONGEST_RETENTION_MS = 3650 * UNITS.d;

/** Reads `90s`, `15m`, `12h` into milliseconds. */
export function parseDuration(name: string, text: string, longest = MAX_TIMER_MS, shortest = 1): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const value = match ? Number(match[1]) * UNITS[match[2] as keyof typeof UNITS] : Number.NaN;
  if (!(value >= shortest)) throw new ConfigError(`${name} must be a duration such as 90s, 15m or 12h, not "${text}"`);
  if (value > longest)
    throw new ConfigError(
      `${name} may be at most ${longest < UNITS.h ? `${longest / UNITS.s}s` : `${Math.floor(longest / UNITS.h)}h`}, not ${text}`,
    );
  return Math.round(value);
}

export const CONFIG = Symbol('CONFIG');

export const DEFAULT_ROUTES: RouteConfig = { prefix: '/api', login: '/login', platforms: '/platforms', home: '/' };
