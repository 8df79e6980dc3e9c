import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Images have the order that their post was given them in, whichever was uploaded first; those of before have that. */
export class ImageOrder1765238400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // MySQL commits it by itself: what an interrupted run has made is kept.
    if (await runner.hasColumn('images', 'position')) return;
    await runner.query('ALTER TABLE images ADD COLUMN position integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('images', 'position');
  }
}
