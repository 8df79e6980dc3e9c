import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { booleanColumn, createTable } from '../database/create-table';
import { isSqlite } from '../database/dialect';

const POSTS = 'vedfolnir_posts';
const PLATFORMS = 'vedfolnir_platform_connections';

/** New columns: table, name, type. */
const ADDED = [
  [POSTS, 'idempotency_key', 'varchar(36) NULL'],
  [POSTS, 'request_key', 'varchar(36) NULL'],
  [POSTS, 'request_hash', 'varchar(64) NULL'],
  ['vedfolnir_images', 'upload_failures', 'integer NOT NULL DEFAULT 0'],
  [PLATFORMS, 'app_key', 'varchar(64) NULL'],
] as const;

/** Columns with opaque ids of instances: table and column. */
const IDENTIFIERS = [
  [POSTS, 'remote_id'],
  ['vedfolnir_images', 'remote_id'],
  [PLATFORMS, 'remote_account_id'],
] as const;

const INDEXES = [
  new TableIndex({ name: 'uq_vedfolnir_posts_request', columnNames: ['user_id', 'request_key'], isUnique: true }),
  new TableIndex({ name: 'ix_vedfolnir_posts_lane', columnNames: ['platform_connection_id', 'next_attempt_at'] }),
];

/**
 * Adds idempotency keys of requests and posts, the progress of imports, and the app that a token was issued to; widens
 * columns with ids of instances.
 */
export class VedfolnirRequests1796100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column, type] of ADDED) {
      // MySQL commits each statement separately, so an interrupted run may have added the column.
      if (await runner.hasColumn(table, column)) continue;
      await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
    }
    for (const [table, column] of IDENTIFIERS) await resize(runner, table, column, 255);
    const { indices } = (await runner.getTable(POSTS))!;
    for (const index of INDEXES) {
      if (!indices.some(({ name }) => name === index.name)) await runner.createIndex(POSTS, index);
    }
    await createTable(runner, imports(runner));
    if (await runner.hasColumn(PLATFORMS, 'newest_status_id')) await runner.dropColumn(PLATFORMS, 'newest_status_id');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE ${PLATFORMS} ADD COLUMN newest_status_id varchar(64) NULL`);
    await runner.dropTable(imports(runner));
    // MySQL allows this because older indexes cover the foreign keys.
    for (const index of INDEXES) await runner.dropIndex(POSTS, index);
    for (const [table, column] of IDENTIFIERS) await resize(runner, table, column, 64);
    for (const [table, column] of ADDED) await runner.dropColumn(table, column);
  }
}

async function resize(runner: QueryRunner, table: string, column: string, length: number): Promise<void> {
  if (!isSqlite(runner)) {
    await runner.query(`ALTER TABLE ${table} MODIFY ${column} varchar(${length}) NULL`);
    return;
  }
  const old = (await runner.getTable(table))!.findColumnByName(column)!;
  const wider = old.clone();
  wider.length = String(length);
  await runner.changeColumn(table, old, wider);
}

function imports(runner: QueryRunner): Table {
  const integer = (name: string) => ({ name, type: 'integer', default: 0 });
  const identifier = (name: string) => ({ name, type: 'varchar', length: '255', isNullable: true });
  const datetime = (name: string) => ({ name, type: 'datetime', precision: 3, isNullable: true });
  return new Table({
    name: 'vedfolnir_imports',
    columns: [
      { name: 'platform_connection_id', type: 'integer', isPrimary: true },
      { name: 'direction', type: 'varchar', length: '8' },
      identifier('cursor_id'),
      datetime('cursor_at'),
      identifier('bottom_id'),
      datetime('bottom_at'),
      booleanColumn(runner, 'is_whole', false),
      integer('imported'),
      integer('left_out'),
      { name: 'error', type: 'varchar', length: '500', isNullable: true },
      integer('failures'),
      integer('attempts'),
      datetime('next_attempt_at'),
    ],
    indices: [{ name: 'ix_vedfolnir_imports_due', columnNames: ['next_attempt_at'] }],
    foreignKeys: [
      {
        name: 'fk_vedfolnir_imports_platform',
        columnNames: ['platform_connection_id'],
        referencedTableName: PLATFORMS,
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
        onUpdate: 'NO ACTION',
      },
    ],
  });
}
