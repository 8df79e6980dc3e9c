import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { createTable } from '../database/create-table';

/** Adds rate limits of instances, so that all nodes respect them. */
export class VedfolnirRateLimitPauses1796530000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const table = new Table({
      name: 'vedfolnir_rate_limit_pauses',
      columns: [
        { name: 'caller', type: 'varchar', length: '64', isPrimary: true },
        { name: 'ends_at', type: 'datetime', precision: 3 },
      ],
      indices: [{ name: 'ix_vedfolnir_rate_limit_pauses_ends', columnNames: ['ends_at'] }],
    });
    await createTable(runner, table);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('vedfolnir_rate_limit_pauses');
  }
}
