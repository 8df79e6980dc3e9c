import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { DataSource, type QueryRunner } from 'typeorm';
import { readerOptions, writerOptions } from '../../ormconfig';
import type { DatabaseConfig } from '../config';

/** A second node that starts meanwhile waits this long for the first one's migrations; seconds. */
const MIGRATION_WAIT = 120;

/** The open connections: one that writes, and on SQLite a second one that reads. */
export class Connections {
  private constructor(
    readonly writer: DataSource,
    readonly reader: DataSource,
    /** True on SQLite: its one connection holds one transaction at a time. */
    readonly serial: boolean,
  ) {}

  /** Connects, and brings the tables up to date; safe when several nodes start together. */
  static async open(database: DatabaseConfig, pool: number): Promise<Connections> {
    if (database.kind === 'mysql') return Connections.openMysql(database.url, pool);
    mkdirSync(dirname(database.path), { recursive: true });
    const writer = await new DataSource(writerOptions(database, pool, 'mysql')).initialize();
    await writer.runMigrations();
    const reader = await new DataSource(readerOptions(database)).initialize();
    return new Connections(writer, reader, true);
  }

  private static async openMysql(url: string, pool: number): Promise<Connections> {
    // A connection of its own: the lock must hold while the pool, be it of one, runs the migrations.
    const guard = await createConnection({ uri: url, connectTimeout: 3000 });
    try {
      const [[info]] = (await guard.query('SELECT VERSION() AS version')) as unknown as [[{ version: string }]];
      const flavour = /mariadb/i.test(info.version) ? 'mariadb' : 'mysql';
      const writer = new DataSource(writerOptions({ kind: 'mysql', url }, pool, flavour));
      await guard.query("SELECT GET_LOCK(CONCAT('vedfolnir_migrations_', DATABASE()), ?)", [MIGRATION_WAIT]);
      await writer.initialize();
      readCommitted(writer);
      await writer.runMigrations();
      return new Connections(writer, writer, false);
    } finally {
      await guard.end();
    }
  }

  /** Throws the connection away, whatever it is in the middle of; the server rolls its transaction back. */
  discard(runner: QueryRunner): void {
    const connection = (runner as unknown as { databaseConnection?: { destroy?(): void } }).databaseConnection;
    connection?.destroy?.();
  }

  release(runner: QueryRunner): void {
    if (!runner.isReleased) runner.release().catch(() => undefined);
  }

  async close(): Promise<void> {
    if (this.reader !== this.writer) await this.reader.destroy();
    await this.writer.destroy();
  }
}

/**
 * Every transaction starts by locking its user's row, so each later statement must see what was committed while it
 * waited, and gap locks would only make strangers wait for each other.
 */
function readCommitted(source: DataSource): void {
  const { pool } = source.driver as unknown as {
    pool: { on(event: 'connection', listener: (connection: { query(sql: string): void }) => void): void };
  };
  pool.on('connection', (connection) => connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'));
}
