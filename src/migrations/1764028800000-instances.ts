import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions, TableIndex } from 'typeorm';

/** The columns that tables get: name, type without its length, and what follows it. */
const ADDED: Record<string, Record<string, string>> = {
  platform_connections: {
    remote_account_id: 'varchar(64) NULL',
    display_name: 'varchar(255) NULL',
    avatar_url: 'varchar(1024) NULL',
    max_characters: 'integer NULL',
    characters_per_url: 'integer NULL',
    media_limits: 'text NULL',
    needs_reconnect: 'FLAG NOT NULL DEFAULT 0',
    met_at: 'DATETIME NULL',
    next_check_at: 'DATETIME NULL',
    check_failures: 'integer NOT NULL DEFAULT 0',
    newest_status_id: 'varchar(64) NULL',
  },
  posts: {
    language: 'varchar(16) NULL',
    remote_id: 'varchar(64) NULL',
    attempts: 'integer NOT NULL DEFAULT 0',
    next_attempt_at: 'DATETIME NULL',
  },
  images: {
    mime_type: 'varchar(64) NULL',
    size: 'integer NULL',
    uploaded_at: 'DATETIME NULL',
    remote_id: 'varchar(64) NULL',
    url: 'varchar(1024) NULL',
  },
};

const INDEXES: Record<string, TableIndex> = {
  platform_connections: new TableIndex({ name: 'ix_platform_connections_check', columnNames: ['next_check_at'] }),
  posts: new TableIndex({ name: 'ix_posts_due', columnNames: ['next_attempt_at'] }),
};
const REMOTE = new TableIndex({
  name: 'uq_posts_remote',
  columnNames: ['platform_connection_id', 'remote_id'],
  isUnique: true,
});

const varchar = (name: string, length: number, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  ...more,
});
const datetime = (name: string): TableColumnOptions => ({ name, type: 'datetime', precision: 3 });

/** Connections that know their instance, posts that a worker publishes, uploads, and sign-in at the instance. */
export class Instances1764028800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const sqlite = runner.dataSource.options.type === 'better-sqlite3';
    const native = (type: string): string =>
      type.replace('FLAG', sqlite ? 'boolean' : 'tinyint(1)').replace('DATETIME', 'datetime(3)');
    for (const [table, columns] of Object.entries(ADDED)) {
      for (const [column, type] of Object.entries(columns)) {
        // MySQL commits each by itself: what an interrupted run has made is kept.
        if (await runner.hasColumn(table, column)) continue;
        await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${native(type)}`);
      }
      const index = INDEXES[table];
      if (index) await this.index(runner, table, index);
    }
    await this.index(runner, 'posts', REMOTE);
    await runner.query(`UPDATE posts SET next_attempt_at = created_at WHERE status IN ('queued', 'publishing')`);
    await runner.query('UPDATE platform_connections SET next_check_at = created_at');
    await runner.query('UPDATE images SET uploaded_at = created_at');
    for (const table of this.tables()) await runner.createTable(table, true);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of this.tables().reverse()) await runner.dropTable(name);
    await runner.dropIndex('posts', REMOTE);
    for (const [table, index] of Object.entries(INDEXES)) await runner.dropIndex(table, index);
    for (const [table, columns] of Object.entries(ADDED)) await runner.dropColumns(table, Object.keys(columns));
  }

  private async index(runner: QueryRunner, table: string, index: TableIndex): Promise<void> {
    const known = (await runner.getTable(table))?.indices.some(({ name }) => name === index.name);
    if (!known) await runner.createIndex(table, index);
  }

  private tables(): Table[] {
    return [
      new Table({
        name: 'media_chunks',
        columns: [
          { name: 'image_id', type: 'integer', isPrimary: true },
          { name: 'position', type: 'integer', isPrimary: true },
          { name: 'bytes', type: 'blob' },
        ],
        foreignKeys: [cascade('fk_media_chunks_image', 'image_id', 'images')],
      }),
      new Table({
        name: 'oauth_apps',
        columns: [
          varchar('app_key', 64, { isPrimary: true }),
          varchar('instance_url', 255),
          varchar('redirect_uri', 512),
          varchar('client_id', 255),
          { name: 'client_secret', type: 'text' },
          datetime('created_at'),
        ],
      }),
      new Table({
        name: 'oauth_states',
        columns: [
          varchar('state_hash', 64, { isPrimary: true }),
          { name: 'user_id', type: 'integer' },
          varchar('session_id', 36),
          varchar('app_key', 64),
          varchar('platform_type', 16),
          varchar('name', 100, { isNullable: true }),
          { name: 'code_verifier', type: 'text' },
          datetime('expires_at'),
        ],
        indices: [{ name: 'ix_oauth_states_expires', columnNames: ['expires_at'] }],
        foreignKeys: [cascade('fk_oauth_states_user', 'user_id', 'users')],
      }),
    ];
  }
}

function cascade(name: string, column: string, table: string) {
  return {
    name,
    columnNames: [column],
    referencedTableName: table,
    referencedColumnNames: ['id'],
    onDelete: 'CASCADE',
    onUpdate: 'NO ACTION',
  };
}
