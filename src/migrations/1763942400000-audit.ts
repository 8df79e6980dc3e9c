import { type MigrationInterface, type QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';

const text = (name: string, length: number, isNullable = false) => ({
  name,
  type: 'varchar',
  length: String(length),
  isNullable,
});

/** The audit trail, when a session's person was last asked for the password, and a list of sessions by age. */
export class Audit1763942400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const audit = new Table({
      name: 'audit_events',
      columns: [
        { name: 'id', type: 'integer', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
        { name: 'at', type: 'datetime', precision: 3 },
        text('type', 32),
        { name: 'user_id', type: 'integer', isNullable: true },
        text('session_id', 36, true),
        text('device', 128),
        text('ip_address', 45),
        { name: 'platform_id', type: 'integer', isNullable: true },
        text('platform_name', 100, true),
        text('reason', 20, true),
      ],
      indices: [
        { name: 'ix_audit_events_user', columnNames: ['user_id', 'id'] },
        { name: 'ix_audit_events_at', columnNames: ['at'] },
      ],
    });
    // MySQL commits each statement by itself: what an interrupted run has made is kept.
    await runner.createTable(audit, true);
    if (!(await runner.hasColumn('user_sessions', 'authenticated_at'))) {
      await runner.addColumn(
        'user_sessions',
        new TableColumn({ name: 'authenticated_at', type: 'datetime', precision: 3, isNullable: true }),
      );
    }
    const sessions = await runner.getTable('user_sessions');
    if (!sessions?.indices.some(({ name }) => name === 'ix_user_sessions_created')) {
      const byAge = new TableIndex({ name: 'ix_user_sessions_created', columnNames: ['created_at'] });
      await runner.createIndex('user_sessions', byAge);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('user_sessions', 'ix_user_sessions_created');
    await runner.dropColumn('user_sessions', 'authenticated_at');
    await runner.dropTable('audit_events');
  }
}
