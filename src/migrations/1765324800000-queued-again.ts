import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When somebody tried a failed post again: from then on it has a day anew. */
export class QueuedAgain1765324800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // MySQL commits each by itself: what an interrupted run has made is kept.
    if (await runner.hasColumn('posts', 'queued_at')) return;
    await runner.query('ALTER TABLE posts ADD COLUMN queued_at datetime(3) NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('posts', 'queued_at');
  }
}
