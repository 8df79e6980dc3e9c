import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The columns that tables get: table, name, type. */
const ADDED = [
  ['platform_connections', 'reconnect_reason', 'varchar(255) NULL'],
  ['posts', 'uncertain', 'FLAG NOT NULL DEFAULT 0'],
] as const;

/** Why a connection does not work, and which posts may be out without our knowing. */
export class Certainty1765065600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const flag = runner.dataSource.options.type === 'better-sqlite3' ? 'boolean' : 'tinyint(1)';
    for (const [table, column, type] of ADDED) {
      // MySQL commits each by itself: what an interrupted run has made is kept.
      if (await runner.hasColumn(table, column)) continue;
      await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type.replace('FLAG', flag)}`);
    }
    // Until now every post that was taken up before was looked for.
    await runner.query(`UPDATE posts SET uncertain = 1 WHERE attempts > 0 AND status <> 'published'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, column] of ADDED) await runner.dropColumn(table, column);
  }
}
