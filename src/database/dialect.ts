import type { EntityManager } from 'typeorm';

/** Which of the two kinds of SQL is spoken. @returns false for MySQL and MariaDB */
export function isSqlite({ dataSource }: Pick<EntityManager, 'dataSource'>): boolean {
  return dataSource.options.type === 'better-sqlite3';
}
