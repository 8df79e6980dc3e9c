import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'vedfolnir_audit_events';

/** Who did it, where that was not the person themselves. */
export class VedfolnirAuditActor1796200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // MySQL commits each statement by itself: an interrupted run may have added it.
    if (await runner.hasColumn(TABLE, 'actor_user_id')) return;
    await runner.query(`ALTER TABLE ${TABLE} ADD COLUMN actor_user_id integer NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn(TABLE, 'actor_user_id');
  }
}
