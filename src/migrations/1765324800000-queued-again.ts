import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When somebody tried a failed post again: from then on it has a day anew. */
export class QueuedAgain1765324800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = runner.dataSource.options.type === 'better-sqlite3' ? 'datetime' : 'datetime(3)';
    // MySQL commits each by itself: what an interrupted run has made is kept.
    if (!(await runner.hasColumn('posts', 'queued_at'))) {
      await runner.query(`ALTER TABLE posts ADD COLUMN queued_at ${type} NULL`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('posts', 'queued_at');
  }
}
