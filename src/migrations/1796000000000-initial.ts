import { randomUUID } from 'node:crypto';
import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions } from 'typeorm';
import { booleanColumn, createTable } from '../database/create-table';

type More = Partial<TableColumnOptions>;

const id: TableColumnOptions = {
  name: 'id',
  type: 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
};
const integer = (name: string, more: More = {}): TableColumnOptions => ({ name, type: 'integer', ...more });
const varchar = (name: string, length: number, more: More = {}): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  ...more,
});
const text = (name: string, more: More = {}): TableColumnOptions => ({ name, type: 'text', ...more });
const datetime = (name: string, more: More = {}): TableColumnOptions => ({
  name,
  type: 'datetime',
  precision: 3,
  ...more,
});
const nullable = { isNullable: true };

const index = (name: string, ...columnNames: string[]) => ({ name: `ix_vedfolnir_${name}`, columnNames });
const unique = (name: string, ...columnNames: string[]) => ({
  name: `uq_vedfolnir_${name}`,
  columnNames,
  isUnique: true,
});
const foreignKey = (name: string, column: string, table: string, onDelete: 'CASCADE' | 'SET NULL' = 'CASCADE') => ({
  name: `fk_vedfolnir_${name}`,
  columnNames: [column],
  referencedTableName: `vedfolnir_${table}`,
  referencedColumnNames: ['id'],
  onDelete,
  onUpdate: 'NO ACTION',
});

/** Creates the tables, the same for SQLite and MySQL, with the prefix `vedfolnir_`. */
export class VedfolnirInitial1796000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner)) await createTable(runner, table);
    const rows: unknown[] = await runner.query('SELECT id FROM vedfolnir_installation');
    if (rows.length === 0) await runner.query(`INSERT INTO vedfolnir_installation (id) VALUES ('${randomUUID()}')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of tables(runner).reverse()) await runner.dropTable(name);
  }
}

/** In the order of their foreign keys. */
function tables(runner: QueryRunner): Table[] {
  const flag = (name: string, value: boolean) => booleanColumn(runner, name, value);
  return [
    new Table({ name: 'vedfolnir_installation', columns: [varchar('id', 36, { isPrimary: true })] }),
    new Table({
      name: 'vedfolnir_users',
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
        unique('users_username_key', 'username_key'),
        unique('users_email_key', 'email_key'),
        index('users_changed', 'changed_at'),
      ],
    }),
    new Table({
      name: 'vedfolnir_platform_connections',
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
        varchar('remote_account_id', 64, nullable),
        varchar('display_name', 255, nullable),
        varchar('avatar_url', 1024, nullable),
        integer('max_characters', nullable),
        integer('characters_per_url', nullable),
        text('media_limits', nullable),
        flag('needs_reconnect', false),
        varchar('reconnect_reason', 255, nullable),
        datetime('met_at', nullable),
        datetime('next_check_at', nullable),
        integer('check_failures', { default: 0 }),
        varchar('newest_status_id', 64, nullable),
      ],
      indices: [
        unique('platform_connections_account', 'user_id', 'account_key'),
        index('platform_connections_check', 'next_check_at'),
      ],
      foreignKeys: [foreignKey('platform_connections_user', 'user_id', 'users')],
    }),
    new Table({
      name: 'vedfolnir_user_sessions',
      columns: [
        varchar('id', 36, { isPrimary: true }),
        integer('user_id'),
        varchar('token_hash', 64),
        integer('active_platform_id', nullable),
        varchar('user_agent', 512),
        varchar('ip_address', 45),
        datetime('created_at'),
        datetime('last_activity_at'),
        datetime('authenticated_at', nullable),
        datetime('rekeyed_at', nullable),
        datetime('idle_expires_at'),
        datetime('absolute_expires_at'),
        datetime('ended_at', nullable),
        varchar('end_reason', 20, nullable),
      ],
      indices: [
        unique('user_sessions_token_hash', 'token_hash'),
        index('user_sessions_user', 'user_id', 'ended_at'),
        index('user_sessions_platform', 'active_platform_id'),
        index('user_sessions_idle', 'ended_at', 'idle_expires_at'),
        index('user_sessions_absolute', 'ended_at', 'absolute_expires_at'),
        index('user_sessions_created', 'created_at'),
        index('user_sessions_rekeyed', 'rekeyed_at'),
      ],
      foreignKeys: [
        foreignKey('user_sessions_user', 'user_id', 'users'),
        foreignKey('user_sessions_platform', 'active_platform_id', 'platform_connections', 'SET NULL'),
      ],
    }),
    new Table({
      name: 'vedfolnir_posts',
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
        datetime('queued_at', nullable),
        datetime('published_at', nullable),
        varchar('language', 16, nullable),
        varchar('remote_id', 64, nullable),
        integer('attempts', { default: 0 }),
        flag('uncertain', false),
        datetime('next_attempt_at', nullable),
      ],
      indices: [
        index('posts_written', 'platform_connection_id', 'created_at', 'id'),
        index('posts_due', 'next_attempt_at'),
        unique('posts_remote', 'platform_connection_id', 'remote_id'),
      ],
      foreignKeys: [foreignKey('posts_platform', 'platform_connection_id', 'platform_connections')],
    }),
    new Table({
      name: 'vedfolnir_images',
      columns: [
        id,
        integer('user_id'),
        integer('platform_connection_id'),
        integer('post_id', nullable),
        integer('position', { default: 0 }),
        text('alt_text', nullable),
        varchar('status', 16),
        datetime('created_at'),
        varchar('mime_type', 64, nullable),
        integer('size', nullable),
        datetime('uploaded_at', nullable),
        varchar('remote_id', 64, nullable),
        varchar('url', 1024, nullable),
      ],
      indices: [index('images_platform', 'platform_connection_id', 'status'), index('images_post', 'post_id')],
      foreignKeys: [
        foreignKey('images_platform', 'platform_connection_id', 'platform_connections'),
        foreignKey('images_post', 'post_id', 'posts'),
      ],
    }),
    new Table({
      name: 'vedfolnir_media_chunks',
      columns: [
        integer('image_id', { isPrimary: true }),
        integer('position', { isPrimary: true }),
        { name: 'bytes', type: 'blob' },
      ],
      foreignKeys: [foreignKey('media_chunks_image', 'image_id', 'images')],
    }),
    new Table({
      name: 'vedfolnir_oauth_apps',
      columns: [
        varchar('app_key', 64, { isPrimary: true }),
        varchar('instance_url', 255),
        varchar('redirect_uri', 512),
        varchar('client_id', 255),
        text('client_secret'),
        datetime('created_at'),
      ],
    }),
    new Table({
      name: 'vedfolnir_oauth_states',
      columns: [
        varchar('state_hash', 64, { isPrimary: true }),
        integer('user_id'),
        varchar('session_id', 36),
        varchar('app_key', 64),
        varchar('platform_type', 16),
        varchar('name', 100, nullable),
        text('code_verifier'),
        datetime('expires_at'),
      ],
      indices: [index('oauth_states_expires', 'expires_at')],
      foreignKeys: [foreignKey('oauth_states_user', 'user_id', 'users')],
    }),
    new Table({
      name: 'vedfolnir_audit_events',
      columns: [
        id,
        datetime('at'),
        varchar('type', 32),
        integer('user_id', nullable),
        varchar('session_id', 36, nullable),
        varchar('device', 128),
        varchar('ip_address', 45),
        integer('platform_id', nullable),
        varchar('platform_name', 100, nullable),
        varchar('reason', 20, nullable),
      ],
      indices: [index('audit_events_user', 'user_id', 'id'), index('audit_events_at', 'at')],
    }),
  ];
}
