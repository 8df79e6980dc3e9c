/** Connection options for the database: SQLite or MySQL (including MariaDB). */
import type { DataSourceOptions } from 'typeorm';
import type { DatabaseConfig, HostOptions } from './src/common/config';
import { ENTITIES } from './src/database/entities';
import { MIGRATIONS } from './src/migrations';

const shared = (host: HostOptions = {}) => ({
  ...host,
  entities: [...new Set([...ENTITIES, ...Object.values(host.entities ?? {})])],
  migrations: MIGRATIONS,
  migrationsTableName: 'vedfolnir_migrations',
  synchronize: false,
  migrationsRun: false,
});

const CONNECT_TIMEOUT_MS = 3000;

/** Options of the writing connection, which on MySQL also reads. */
export function writerOptions(
  database: DatabaseConfig,
  pool: number,
  flavour: 'mysql' | 'mariadb',
  hostOptions?: HostOptions,
): DataSourceOptions {
  if (database.kind === 'sqlite') {
    return {
      ...shared(hostOptions),
      type: 'better-sqlite3',
      database: database.path,
      enableWAL: true,
      prepareDatabase: (db: { pragma(text: string): void }) => {
        db.pragma('busy_timeout = 5000');
        db.pragma('synchronous = FULL');
      },
    };
  }
  const { user, ...connection } = database.connection;
  return {
    ...shared(hostOptions),
    type: flavour,
    ...connection,
    username: user,
    timezone: 'Z',
    charset: 'utf8mb4',
    poolSize: pool,
    connectTimeout: CONNECT_TIMEOUT_MS,
    extra: { enableKeepAlive: true, maxIdle: pool },
  };
}

/** SQLite only: options of a second connection, which does not see uncommitted changes of the writer. */
export function readerOptions(
  database: Extract<DatabaseConfig, { kind: 'sqlite' }>,
  hostOptions?: HostOptions,
): DataSourceOptions {
  return {
    ...shared(hostOptions),
    type: 'better-sqlite3',
    database: database.path,
    readonly: true,
  };
}
