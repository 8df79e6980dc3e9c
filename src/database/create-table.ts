/** Creates tables that behave the same on both databases: text is UTF-8 and compared exactly. */
import type { QueryRunner, Table, TableColumnOptions } from 'typeorm';
import { isSqlite } from './dialect';

/**
 * Does nothing if the table exists: MySQL commits each statement, so an interrupted migration is run again from its
 * start.
 */
export async function createTable(runner: QueryRunner, table: Table): Promise<void> {
  await runner.createTable(table, true);
  if (isSqlite(runner)) return;
  // SQLite compares exactly, MySQL only with a binary collation. The database's default may be a host's.
  await runner.query(`ALTER TABLE ${table.name} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

/** A boolean column, in the type that each database uses. */
export function booleanColumn(runner: QueryRunner, name: string, value: boolean): TableColumnOptions {
  const type = isSqlite(runner) ? { type: 'boolean' } : { type: 'tinyint', length: '1' };
  return { name, ...type, default: String(Number(value)) };
}
