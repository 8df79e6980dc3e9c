import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions } from 'typeorm';

const id: TableColumnOptions = {
  name: 'id',
  type: 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
};
const integer = (name: string, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
  name,
  type: 'integer',
  ...more,
});
const varchar = (name: string, length: number, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  ...more,
});
const text = (name: string, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
  name,
  type: 'text',
  ...more,
});
const datetime = (name: string, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
  name,
  type: 'datetime',
  precision: 3,
  ...more,
});
const nullable = { isNullable: true };

const foreignKey = (name: string, column: string, table: string, onDelete: 'CASCADE' | 'SET NULL') => ({
  name,
  columnNames: [column],
  referencedTableName: table,
  referencedColumnNames: ['id'],
  onDelete,
  onUpdate: 'NO ACTION',
});

/** One set of tables for SQLite and MySQL alike. */
export class Initial1761264000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const sqlite = runner.dataSource.options.type === 'better-sqlite3';
    const flag = (name: string, value: boolean): TableColumnOptions => ({
      name,
      type: sqlite ? 'boolean' : 'tinyint',
      ...(!sqlite && { length: '1' }),
      default: String(Number(value)),
    });

    const tables = [
      new Table({
        name: 'users',
        columns: [
          id,
          varchar('username', 64),
          varchar('username_key', 128),
          varchar('email', 254),
          varchar('email_key', 254),
          varchar('password_hash', 255),
          varchar('role', 16),
          flag('is_active', true),
          integer('revision', { default: 0 }),
          datetime('changed_at'),
          integer('last_platform_id', nullable),
          datetime('created_at'),
        ],
        indices: [
          { name: 'uq_users_username_key', columnNames: ['username_key'], isUnique: true },
          { name: 'uq_users_email_key', columnNames: ['email_key'], isUnique: true },
          { name: 'ix_users_changed', columnNames: ['changed_at'] },
        ],
      }),
      new Table({
        name: 'platform_connections',
        columns: [
          id,
          integer('user_id'),
          varchar('name', 100),
          varchar('platform_type', 16),
          varchar('instance_url', 255),
          varchar('username', 255, nullable),
          varchar('account_key', 64),
          text('access_token'),
          flag('is_default', false),
          flag('is_active', true),
          datetime('created_at'),
        ],
        indices: [{ name: 'uq_platform_connections_account', columnNames: ['user_id', 'account_key'], isUnique: true }],
        foreignKeys: [foreignKey('fk_platform_connections_user', 'user_id', 'users', 'CASCADE')],
      }),
      new Table({
        name: 'user_sessions',
        columns: [
          varchar('id', 36, { isPrimary: true }),
          integer('user_id'),
          varchar('token_hash', 64),
          integer('active_platform_id', nullable),
          varchar('user_agent', 512),
          varchar('ip_address', 45),
          datetime('created_at'),
          datetime('last_activity_at'),
          datetime('idle_expires_at'),
          datetime('absolute_expires_at'),
          datetime('ended_at', nullable),
          varchar('end_reason', 20, nullable),
        ],
        indices: [
          { name: 'uq_user_sessions_token_hash', columnNames: ['token_hash'], isUnique: true },
          { name: 'ix_user_sessions_user', columnNames: ['user_id', 'ended_at'] },
          { name: 'ix_user_sessions_platform', columnNames: ['active_platform_id'] },
          { name: 'ix_user_sessions_idle', columnNames: ['ended_at', 'idle_expires_at'] },
          { name: 'ix_user_sessions_absolute', columnNames: ['ended_at', 'absolute_expires_at'] },
        ],
        foreignKeys: [
          foreignKey('fk_user_sessions_user', 'user_id', 'users', 'CASCADE'),
          foreignKey('fk_user_sessions_platform', 'active_platform_id', 'platform_connections', 'SET NULL'),
        ],
      }),
      new Table({
        name: 'posts',
        columns: [
          id,
          integer('user_id'),
          integer('platform_connection_id'),
          varchar('title', 200, nullable),
          text('content'),
          varchar('visibility', 16),
          text('spoiler_text', nullable),
          varchar('status', 16),
          varchar('post_url', 1024, nullable),
          varchar('error', 500, nullable),
          datetime('created_at'),
          datetime('published_at', nullable),
        ],
        indices: [{ name: 'ix_posts_platform', columnNames: ['platform_connection_id', 'id'] }],
        foreignKeys: [foreignKey('fk_posts_platform', 'platform_connection_id', 'platform_connections', 'CASCADE')],
      }),
      new Table({
        name: 'images',
        columns: [
          id,
          integer('user_id'),
          integer('platform_connection_id'),
          integer('post_id', nullable),
          text('alt_text', nullable),
          varchar('status', 16),
          datetime('created_at'),
        ],
        indices: [
          { name: 'ix_images_platform', columnNames: ['platform_connection_id', 'status'] },
          { name: 'ix_images_post', columnNames: ['post_id'] },
        ],
        foreignKeys: [
          foreignKey('fk_images_platform', 'platform_connection_id', 'platform_connections', 'CASCADE'),
          foreignKey('fk_images_post', 'post_id', 'posts', 'CASCADE'),
        ],
      }),
    ];
    // SQLite compares exactly; so does MySQL with the binary collation.
    if (!sqlite) await runner.query('ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin');
    // MySQL commits each table by itself: what an interrupted run has made is kept.
    for (const table of tables) await runner.createTable(table, true);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['images', 'posts', 'user_sessions', 'platform_connections', 'users']) {
      await runner.dropTable(name);
    }
  }
}
