/** Checks everything that a server needs, without changing anything. */

import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataSource, In, LessThan } from 'typeorm';
import { NodeRegistry } from '../cluster/node-registry';
import { connect } from '../cluster/redis';
import { keyPrefix } from '../cluster/redis-cluster';
import { redisFault } from '../cluster/redis-fault';
import { SystemClock } from '../common/clock';
import { type Config, ConfigError } from '../common/config';
import { withTimeout } from '../common/with-timeout';
import { openForReading } from '../database/connections';
import { Installation } from '../database/entities/installation.entity';
import { PlatformConnection } from '../database/entities/platform-connection.entity';
import { Post } from '../database/entities/post.entity';
import { MIGRATIONS } from '../migrations';
import { countTokensByKey } from '../platform/keys/known-key';
import { TokenCipher } from '../platform/token-cipher';
import { loadConfig } from '../settings/environment';
import { describeFault } from '../settings/start-fault';

export type Finding = { check: string; state: 'ok' | 'warning' | 'bad'; finding: string };

/** Free disk space below which a warning or an error is reported. */
const FREE_WARNING_BYTES = 1024 ** 3;
const FREE_BAD_BYTES = 100 * 1024 ** 2;
const CLOCK_WARNING_MS = 2000;
/** A due post that waits longer than this is reported as overdue. */
const OVERDUE_MS = 10 * 60_000;
const ANSWER_TIMEOUT_MS = 5000;

const ok = (check: string, finding: string): Finding => ({ check, state: 'ok', finding });
const warning = (check: string, finding: string): Finding => ({ check, state: 'warning', finding });
const bad = (check: string, finding: string): Finding => ({ check, state: 'bad', finding });

export async function examine(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [bad('settings', error.message)];
  }
  const database = await examineDatabase(config);
  return [
    ...settings(config),
    await disk(config),
    ...database.findings,
    ...(await redis(config, database.installation)),
  ];
}

function settings(config: Config): Finding[] {
  const found: Finding[] = [];
  if (!config.production)
    found.push(warning('settings', 'NODE_ENV is not production: fine for a trial, not for people'));
  if (config.production && !config.publicOrigin) {
    found.push(
      bad('settings', 'PUBLIC_ORIGIN is not set: browsers are refused; set it to the address that people use'),
    );
  }
  if (config.publicOrigin?.startsWith('https:') && config.trustProxy === 0) {
    found.push(
      warning('settings', 'TRUST_PROXY is 0, though HTTPS ends before the server: all people share one address'),
    );
  }
  return found.length > 0 ? found : [ok('settings', 'can be used')];
}

async function disk({ database }: Config): Promise<Finding> {
  const folder = resolve(database.kind === 'sqlite' ? dirname(database.path) : '.');
  if (!existsSync(folder)) return warning('disk', `${folder} is not there yet: the first start makes it`);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const finding = `${(free / 1024 ** 3).toFixed(1)} GB free at ${folder}`;
  if (free < FREE_BAD_BYTES) return bad('disk', `${finding}: make room now, or nothing can be stored`);
  return free < FREE_WARNING_BYTES ? warning('disk', `${finding}: make room soon`) : ok('disk', finding);
}

async function examineDatabase(config: Config): Promise<{ findings: Finding[]; installation: string | null }> {
  const { database } = config;
  if (database.kind === 'sqlite' && !existsSync(database.path)) {
    return {
      findings: [warning('database', `${resolve(database.path)} is not there yet: the first start makes it`)],
      installation: null,
    };
  }
  let source: DataSource;
  try {
    source = await openForReading(database);
  } catch (error) {
    return { findings: [bad('database', describeFault(error, config).split('\n')[0]!)], installation: null };
  }
  try {
    return await examineTables(source, config);
  } finally {
    await source.destroy();
  }
}

async function examineTables(source: DataSource, config: Config) {
  const version = await source.query(
    config.database.kind === 'sqlite' ? 'SELECT sqlite_version() AS v' : 'SELECT VERSION() AS v',
  );
  const name = config.database.kind === 'sqlite' ? 'SQLite' : 'MySQL/MariaDB';
  const findings = [ok('database', `answers (${name} ${version[0].v})`)];
  const done = await source
    .query<{ name: string }[]>('SELECT name FROM vedfolnir_migrations')
    .catch(() => [] as { name: string }[]);
  const pending = MIGRATIONS.filter((migration) => !done.some((row) => row.name === migration.name));
  if (pending.length > 0) {
    findings.push(warning('tables', `${pending.length} migrations are to run: "migrate" or the next start runs them`));
    return { findings, installation: null };
  }
  const unknown = done.length - MIGRATIONS.length;
  if (unknown > 0) findings.push(bad('tables', 'They belong to a newer version: run that one'));
  else findings.push(ok('tables', 'are up to date'));
  findings.push(...(await keys(source, config)), ...(await clock(source, config)), ...(await instances(source)));
  const [installation] = await source.manager.find(Installation);
  return { findings, installation: installation?.id ?? null };
}

async function keys(source: DataSource, config: Config): Promise<Finding[]> {
  const cipher = new TokenCipher(config);
  const counts = await countTokensByKey(source.manager);
  const sum = (which: (keyId: string) => boolean) =>
    counts.filter(({ keyId }) => which(keyId)).reduce((total, { count }) => total + count, 0);
  const unreadable = sum((keyId) => !cipher.hasKey(keyId));
  const old = sum((keyId) => cipher.hasKey(keyId) && !cipher.isNewest(`${keyId}.`));
  if (unreadable > 0) {
    return [
      bad(
        'keys',
        `${unreadable} access tokens open with none of ENCRYPTION_KEYS: add their key, or "keys:rotate --discard" gives them up`,
      ),
    ];
  }
  if (old > 0)
    return [warning('keys', `${old} access tokens have an older key: "keys:rotate" seals them with the newest`)];
  return [ok('keys', 'open all access tokens')];
}

async function clock(source: DataSource, { database }: Config): Promise<Finding[]> {
  if (database.kind === 'sqlite') return [];
  const [row] = await source.query<{ now: Date }[]>('SELECT UTC_TIMESTAMP(3) AS now');
  const apart = Math.abs(row!.now.getTime() - Date.now());
  if (apart < CLOCK_WARNING_MS) return [ok('clock', 'agrees with that of the database')];
  return [
    warning(
      'clock',
      `is ${Math.round(apart / 1000)} s from that of the database, which is the one that counts: set both by NTP`,
    ),
  ];
}

async function instances({ manager }: DataSource): Promise<Finding[]> {
  const reconnect = await manager.count(PlatformConnection, { where: { needsReconnect: true } });
  const before = new Date(Date.now() - OVERDUE_MS);
  const overdue = await manager.count(Post, {
    where: { status: In(['queued', 'publishing']), nextAttemptAt: LessThan(before) },
  });
  const found: Finding[] = [];
  if (reconnect > 0)
    found.push(warning('instances', `refuse ${reconnect} connections: their people must connect them again`));
  if (overdue > 0)
    found.push(
      warning(
        'instances',
        `${overdue} posts wait for longer than they should: is a server running, and does it reach the instances?`,
      ),
    );
  return found.length > 0 ? found : [ok('instances', 'take the posts, and refuse no connection')];
}

async function redis(config: Config, installation: string | null): Promise<Finding[]> {
  if (!config.redis) return [ok('Redis', 'is not used: one node')];
  const namespace = keyPrefix(config.redis, installation ?? 'unknown');
  const { client, close } = connect(config.redis, 'doctor', namespace);
  try {
    await withTimeout(ANSWER_TIMEOUT_MS, client.connect());
    const fault = await redisFault(client, `${namespace}:probe`);
    if (fault) return [bad('Redis', fault)];
    const found = [ok('Redis', 'takes writes and passes messages on')];
    if (!installation) return found;
    const registry = new NodeRegistry(client, namespace, 'doctor', new SystemClock());
    const nodes = await registry.list();
    const each = nodes.map(({ host, pid, sockets }) => `${host}/${pid} (${sockets} sockets)`).join(', ');
    return [...found, nodes.length > 0 ? ok('nodes', each) : warning('nodes', 'None is running')];
  } catch (error) {
    return [bad('Redis', `REDIS_URL: cannot be used (${(error as Error).message})`)];
  } finally {
    close();
  }
}
