/** The one place that knows which database is behind the entities: SQLite or MySQL (MariaDB included). */
import type { DataSourceOptions } from 'typeorm';
import type { DatabaseConfig, HostEntities } from './src/common/config';
import { ENTITIES } from './src/database/entities';
import { MIGRATIONS } from './src/migrations';

/** @param hostEntities of a host, beside ours */
const entitiesWith = (hostEntities: HostEntities = []) => [...new Set([...ENTITIES, ...hostEntities])];

const shared = {
  migrations: MIGRATIONS,
  migrationsTableName: 'vedfolnir_migrations',
  synchronize: false,
  migrationsRun: false,
} as const;

/** Waiting for a connection that does not come; milliseconds. */
const CONNECT_TIMEOUT = 3000;

/** The connection that writes; on MySQL also the one that reads. */
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
    connectTimeout: CONNECT_TIMEOUT,
    extra: { enableKeepAlive: true, maxIdle: pool },
  };
}

/** SQLite only: a second connection that sees just what is committed, whatever the writer is in the middle of. */
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
