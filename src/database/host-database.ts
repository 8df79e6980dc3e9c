/** A host's database, read from its DataSource. */
import type { DataSource } from 'typeorm';
import { DriverUtils } from 'typeorm/driver/DriverUtils';
import { ConfigError, type DatabaseConfig, type HostOptions, type MysqlConnection } from '../common/config';

export interface HostDatabase {
  database: DatabaseConfig;
  hostOptions: HostOptions;
}

type MysqlOptions = Extract<DataSource['options'], { type: 'mysql' | 'mariadb' }>;

/** Options of mysql2, given in `extra`, that change where or how it connects, and that our own connections do not use. */
const NOT_SUPPORTED = [
  'uri',
  'stream',
  'localAddress',
  'password1',
  'password2',
  'password3',
  'passwordSha1',
  'authPlugins',
  'authSwitchHandler',
  'enableCleartextPlugin',
  'insecureAuth',
];

/**
 * Our own connections are used: they need an isolation level and a time zone that may differ from the host's, and
 * SQLite allows one transaction at a time per connection.
 * @throws ConfigError for a database other than MySQL, MariaDB or an SQLite file, and for options that our connections
 * do not support
 */
export function hostDatabase({ options }: Pick<DataSource, 'options'>): HostDatabase {
  const { entities, namingStrategy, subscribers } = options;
  if (options.entityPrefix) {
    throw new ConfigError('database: the DataSource must have no entityPrefix, as our tables are named vedfolnir_*');
  }
  if (
    namingStrategy &&
    (namingStrategy.tableName('User', 'vedfolnir_users') !== 'vedfolnir_users' ||
      namingStrategy.columnName('userId', 'user_id', []) !== 'user_id')
  ) {
    throw new ConfigError('database: the namingStrategy of the DataSource must not change names that an entity gives');
  }
  return { database: databaseOf(options), hostOptions: { entities, namingStrategy, subscribers } };
}

function databaseOf(options: DataSource['options']): DatabaseConfig {
  if (options.type === 'better-sqlite3') {
    if (options.database === ':memory:' || options.database === '') {
      throw new ConfigError('database: a DataSource in memory cannot be shared; give it a file');
    }
    if (options.key) throw new ConfigError('database: the option key of the DataSource is not supported');
    return { kind: 'sqlite', path: options.database, embedded: false };
  }
  if (options.type !== 'mysql' && options.type !== 'mariadb') {
    throw new ConfigError(`database: the DataSource must be of mysql, mariadb or better-sqlite3, not ${options.type}`);
  }
  return { kind: 'mysql', connection: mysqlConnection(options) };
}

/** Merges the options as TypeORM does: the url has precedence over them, and `extra` over both. */
function mysqlConnection(options: MysqlOptions): MysqlConnection {
  if (options.replication) {
    throw new ConfigError('database: the option replication of the DataSource is not supported; give it one server');
  }
  const { username, ...merged } = DriverUtils.buildDriverOptions(options);
  const given = { ...merged, user: username, ...options.extra } as Record<string, unknown>;
  const refused = NOT_SUPPORTED.find((name) => given[name]);
  if (refused) throw new ConfigError(`database: the option ${refused} of the DataSource is not supported`);
  const { host, port, user, password, database, socketPath, ssl } = given as Partial<MysqlConnection>;
  // TypeORM ignores the query of the url; without this error the connection would not be encrypted.
  if (!ssl && /[?&]ssl[\w-]*=(?!0|false|disable)/i.test(options.url ?? '')) {
    throw new ConfigError('database: TypeORM ignores ssl in the url of a DataSource; set its option ssl instead');
  }
  if (!database) throw new ConfigError('database: the DataSource must name a database');
  if (typeof (password ?? '') !== 'string') {
    throw new ConfigError('database: the password of the DataSource must be a string');
  }
  return {
    host: host || 'localhost',
    port: Number(port) || 3306,
    user: user ?? '',
    password: password ?? '',
    database,
    ...(socketPath && { socketPath }),
    ...(ssl && { ssl }),
  };
}
