import type { EntityManager } from 'typeorm';

/** @returns true for SQLite; false for MySQL and MariaDB */
export function isSqlite({ dataSource }: Pick<EntityManager, 'dataSource'>): boolean {
  return dataSource.options.type === 'better-sqlite3';
}
