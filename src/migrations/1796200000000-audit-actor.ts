import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'vedfolnir_audit_events';

/** Adds the actor of an audit event, if that is not the user themselves. */
export class VedfolnirAuditActor1796200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // MySQL commits each statement separately, so an interrupted run may have added the column.
    if (await runner.hasColumn(TABLE, 'actor_user_id')) return;
    await runner.query(`ALTER TABLE ${TABLE} ADD COLUMN actor_user_id integer NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn(TABLE, 'actor_user_id');
  }
}
