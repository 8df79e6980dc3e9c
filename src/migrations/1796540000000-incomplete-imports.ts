import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'vedfolnir_imports';

/** Adds whether a run for newer statuses has failed, so that the next one reads on below it. */
export class VedfolnirIncompleteImports1796540000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // MySQL commits each statement separately, so an interrupted run may have added the column.
    if (await runner.hasColumn(TABLE, 'is_incomplete')) return;
    await runner.query(`ALTER TABLE ${TABLE} ADD COLUMN is_incomplete boolean NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn(TABLE, 'is_incomplete');
  }
}
