import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { createTable } from '../database/create-table';

/** Adds tokens of password reset links. */
export class VedfolnirPasswordResets1796400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const table = new Table({
      name: 'vedfolnir_password_resets',
      columns: [
        { name: 'token_hash', type: 'varchar', length: '64', isPrimary: true },
        { name: 'user_id', type: 'integer' },
        { name: 'expires_at', type: 'datetime', precision: 3 },
      ],
      indices: [{ name: 'ix_vedfolnir_password_resets_user', columnNames: ['user_id'] }],
      foreignKeys: [
        {
          name: 'fk_vedfolnir_password_resets_user',
          columnNames: ['user_id'],
          referencedTableName: 'vedfolnir_users',
          referencedColumnNames: ['id'],
          onDelete: 'CASCADE',
          onUpdate: 'NO ACTION',
        },
      ],
    });
    await createTable(runner, table);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('vedfolnir_password_resets');
  }
}
