/** Tables as every database has them alike: text is compared exactly, in UTF-8. */
import type { QueryRunner, Table, TableColumnOptions } from 'typeorm';
import { isSqlite } from './dialect';

/** Does nothing for a table that is there: MySQL commits each statement, so an interrupted migration runs again. */
export async function createTable(runner: QueryRunner, table: Table): Promise<void> {
  await runner.createTable(table, true);
  if (isSqlite(runner)) return;
  // SQLite compares exactly; MySQL does with a binary collation. The database's own default may be a host's.
  await runner.query(`ALTER TABLE ${table.name} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

/** A boolean column, in the type that each database has for it. */
export function booleanColumn(runner: QueryRunner, name: string, value: boolean): TableColumnOptions {
  const type = isSqlite(runner) ? { type: 'boolean' } : { type: 'tinyint', length: '1' };
  return { name, ...type, default: String(Number(value)) };
}
