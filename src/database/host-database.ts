/** A host's database, read from its DataSource. */
import type { DataSource } from 'typeorm';
import { ConfigError, type DatabaseConfig, type HostEntities, type MysqlConnection } from '../common/config';
import { parseDatabaseUrl } from './database-url';

export interface HostDatabase {
  database: DatabaseConfig;
  /** Registered with our connections too, so that one transaction can write the host's rows and ours. */
  hostEntities: HostEntities;
}

/**
 * Our own connections are used: they need an isolation level and a time zone that may differ from the host's, and
 * SQLite allows one transaction at a time per connection.
 * @throws ConfigError for a database other than MySQL, MariaDB or an SQLite file
 */
export function hostDatabase({ options }: Pick<DataSource, 'options'>): HostDatabase {
  const hostEntities = Object.values(options.entities ?? {}) as HostEntities;
  if (options.type === 'better-sqlite3') {
    if (options.database === ':memory:' || options.database === '') {
      throw new ConfigError('database: a DataSource in memory cannot be shared; give it a file');
    }
    return { database: { kind: 'sqlite', path: options.database, embedded: false }, hostEntities };
  }
  if (options.type !== 'mysql' && options.type !== 'mariadb') {
    throw new ConfigError(`database: the DataSource must be of mysql, mariadb or better-sqlite3, not ${options.type}`);
  }
  if (options.url) return { database: parseDatabaseUrl(options.url), hostEntities };
  const { host = 'localhost', port = 3306, username: user = '', password = '', database = '', ssl } = options;
  if (typeof password !== 'string') throw new ConfigError('database: the password of the DataSource must be a text');
  const connection = {
    host,
    port,
    user,
    password,
    database,
    ...(typeof ssl === 'object' && { ssl: ssl as MysqlConnection['ssl'] }),
  };
  return { database: { kind: 'mysql', connection }, hostEntities };
}
