import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isSqlite } from '../database/dialect';

const TABLE = 'vedfolnir_user_sessions';

/** Adds pinned sessions, which keep their platform when the user's other sessions switch. */
export class VedfolnirPinnedSessions1796300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // MySQL commits each statement separately, so an interrupted run may have added the column.
    if (await runner.hasColumn(TABLE, 'pinned')) return;
    const flag = isSqlite(runner) ? 'boolean' : 'tinyint(1)';
    await runner.query(`ALTER TABLE ${TABLE} ADD COLUMN pinned ${flag} NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn(TABLE, 'pinned');
  }
}
