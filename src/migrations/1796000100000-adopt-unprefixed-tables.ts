import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isSqlite } from '../database/dialect';

/** In the order of their foreign keys; `installation` is copied last and dropped first. */
const TABLES = [
  'users',
  'platform_connections',
  'user_sessions',
  'posts',
  'images',
  'media_chunks',
  'oauth_apps',
  'oauth_states',
  'audit_events',
  'installation',
];
/** The last migration of the version with unprefixed tables, and one that all earlier versions have run too. */
const LAST_UNPREFIXED = 'QueuedAgain1765324800000';
const ANY_UNPREFIXED = 'Audit1763942400000';

/**
 * Moves the rows of tables without the prefix `vedfolnir_`. All nodes of the old version must be stopped. A host
 * application's tables named `users` or `posts` are recognised by its migrations and not touched.
 */
export class VedfolnirAdoptUnprefixedTables1796000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (!(await this.isOurs(runner))) return;
    // DROP TABLE commits on MySQL. `installation` is dropped first: its absence means that all rows have been copied.
    if (await runner.hasTable('installation')) await copyAll(runner);
    for (const table of [...TABLES].reverse()) {
      if (await runner.hasTable(table)) await runner.query(`DROP TABLE ${table}`);
    }
    await runner.query('DROP TABLE migrations');
  }

  /** Not reversible: only a backup restores the old tables. */
  async down(): Promise<void> {}

  /** @throws Error for a database of a version that cannot be upgraded directly */
  private async isOurs(runner: QueryRunner): Promise<boolean> {
    if (!(await runner.hasTable('migrations'))) return false;
    const rows: { name: string }[] = await runner.query('SELECT name FROM migrations');
    const names = new Set(rows.map(({ name }) => name));
    if (names.has(LAST_UNPREFIXED)) return true;
    if (!names.has(ANY_UNPREFIXED)) return false;
    throw new Error(
      'This database was made by a version that is too old to be upgraded: start version 0.1.0 on it once',
    );
  }
}

async function copyAll(runner: QueryRunner): Promise<void> {
  await runner.query('DELETE FROM vedfolnir_installation');
  for (const table of TABLES) {
    const columns = await columnsOf(runner, table);
    // An interrupted earlier run may have filled the target.
    await runner.query(`DELETE FROM vedfolnir_${table}`);
    await runner.query(`INSERT INTO vedfolnir_${table} (${columns}) SELECT ${columns} FROM ${table}`);
  }
}

async function columnsOf(runner: QueryRunner, table: string): Promise<string> {
  const quote = isSqlite(runner) ? '"' : '`';
  const { columns } = (await runner.getTable(table))!;
  return columns.map(({ name }) => quote + name + quote).join(', ');
}
