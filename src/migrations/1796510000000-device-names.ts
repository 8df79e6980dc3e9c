import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'vedfolnir_user_sessions';

/** Adds the user's name for the device of a session. */
export class VedfolnirDeviceNames1796510000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // MySQL commits each statement separately, so an interrupted run may have added the column.
    if (await runner.hasColumn(TABLE, 'device_name')) return;
    await runner.query(`ALTER TABLE ${TABLE} ADD COLUMN device_name varchar(60) NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn(TABLE, 'device_name');
  }
}
