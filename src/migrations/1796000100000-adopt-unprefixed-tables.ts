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
/** The last migration of the version whose tables had no prefix, and one that every version before it had run too. */
const LAST_UNPREFIXED = 'QueuedAgain1765324800000';
const ANY_UNPREFIXED = 'Audit1763942400000';

/**
 * Takes over the rows of a database that was made before tables were named `vedfolnir_*`. All nodes of the old version
 * must be stopped. A host's own tables called `users` or `posts` are recognised by its migrations and left alone.
 */
export class VedfolnirAdoptUnprefixedTables1796000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (!(await this.isOurs(runner))) return;
    // Dropping commits on MySQL, so the first table dropped marks that everything was copied.
    if (await runner.hasTable('installation')) await copyAll(runner);
    for (const table of [...TABLES].reverse()) {
      if (await runner.hasTable(table)) await runner.query(`DROP TABLE ${table}`);
    }
    await runner.query('DROP TABLE migrations');
  }

  /** Nothing: the tables without a prefix come back with a backup alone. */
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
    // The target may have been filled before MySQL was interrupted between two commits.
    await runner.query(`DELETE FROM vedfolnir_${table}`);
    await runner.query(`INSERT INTO vedfolnir_${table} (${columns}) SELECT ${columns} FROM ${table}`);
  }
}

async function columnsOf(runner: QueryRunner, table: string): Promise<string> {
  const quote = isSqlite(runner) ? '"' : '`';
  const { columns } = (await runner.getTable(table))!;
  return columns.map(({ name }) => quote + name + quote).join(', ');
}
