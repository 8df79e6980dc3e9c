import { existsSync } from 'node:fs';
import { ConfigError, type DatabaseConfig } from '../common/config';
import { openForReading } from '../database/connections';

/** Writes a consistent copy, while the database is in use. @throws ConfigError */
export async function backUp(database: DatabaseConfig, file: string): Promise<void> {
  if (database.kind === 'mysql') {
    throw new ConfigError('MySQL is backed up by mariadb-dump --single-transaction: see docs/operate.md');
  }
  if (!existsSync(database.path)) throw new ConfigError(`There is no database at ${database.path}`);
  if (existsSync(file)) throw new ConfigError(`${file} is there already: name a new file`);
  const source = await openForReading(database);
  try {
    await source.query('VACUUM INTO ?', [file]);
  } finally {
    await source.destroy();
  }
}
