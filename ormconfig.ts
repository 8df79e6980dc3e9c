/** Connection options for the database: SQLite or MySQL (including MariaDB). */
import type { DataSourceOptions } from 'typeorm';
import type { DatabaseConfig, HostEntities } from './src/common/config';
import { ENTITIES } from './src/database/entities';
import { MIGRATIONS } from './src/migrations';

/** @param hostEntities entities of the host application */
const entitiesWith = (hostEntities: HostEntities = []) => [...new Set([...ENTITIES, ...hostEntities])];

const shared = {
  migrations: MIGRATIONS,
  migrationsTableName: 'vedfolnir_migrations',
  synchronize: false,
  migrationsRun: false,
} as const;

const CONNECT_TIMEOUT_MS = 3000;

/** Options of the writing connection, which on MySQL also reads. */
export function writerOptions(
  database: DatabaseConfig,
  pool: number,
  flavour: 'mysql' | 'mariadb',
  hostEntities?: HostEntities,
): DataSourceOptions {
  const entities = entitiesWith(hostEntities);
  if (database.kind === 'sqlite') {
    return {
      ...shared,
      entities,
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
    ...shared,
    entities,
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
  hostEntities?: HostEntities,
): DataSourceOptions {
  return {
    ...shared,
    entities: entitiesWith(hostEntities),
    type: 'better-sqlite3',
    database: database.path,
    readonly: true,
  };
}
