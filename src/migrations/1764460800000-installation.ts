import { randomUUID } from 'node:crypto';
import { type MigrationInterface, type QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';

const REKEYED = new TableIndex({ name: 'ix_user_sessions_rekeyed', columnNames: ['rekeyed_at'] });

/** A name for the installation, and when a session was given its newest secret. */
export class Installation1764460800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const id = { name: 'id', type: 'varchar', length: '36', isPrimary: true };
    // MySQL commits each by itself: what an interrupted run has made is kept.
    await runner.createTable(new Table({ name: 'installation', columns: [id] }), true);
    const rows: unknown[] = await runner.query('SELECT id FROM installation');
    if (rows.length === 0) await runner.query(`INSERT INTO installation (id) VALUES ('${randomUUID()}')`);
    if (!(await runner.hasColumn('user_sessions', 'rekeyed_at'))) {
      const rekeyed = new TableColumn({ name: 'rekeyed_at', type: 'datetime', precision: 3, isNullable: true });
      await runner.addColumn('user_sessions', rekeyed);
    }
    const { indices } = (await runner.getTable('user_sessions'))!;
    if (!indices.some(({ name }) => name === REKEYED.name)) await runner.createIndex('user_sessions', REKEYED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('user_sessions', REKEYED);
    await runner.dropColumn('user_sessions', 'rekeyed_at');
    await runner.dropTable('installation');
  }
}
