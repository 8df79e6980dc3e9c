import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The columns that tables get: table, name, type. */
const ADDED = [['platform_connections', 'reconnect_reason', 'varchar(255) NULL']] as const;

/** Why a connection does not work. */
export class Certainty1765065600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column, type] of ADDED) {
      // MySQL commits each by itself: what an interrupted run has made is kept.
      if (await runner.hasColumn(table, column)) continue;
      await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, column] of ADDED) await runner.dropColumn(table, column);
  }
}
