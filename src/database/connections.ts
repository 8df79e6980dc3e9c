import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { OnApplicationShutdown } from '@nestjs/common';
import { createConnection } from 'mysql2/promise';
import { DataSource, type QueryRunner } from 'typeorm';
import { readerOptions, writerOptions } from '../../ormconfig';
import type { DatabaseConfig, HostOptions, MysqlConnection } from '../common/config';
import { withTimeout } from '../common/with-timeout';
import { rethrowAsUnavailable } from './database-errors';
import { type Flavour, requireSupported } from './database-version';
import { migrate, whenUnlocked } from './migrate';

/** How long a node that starts waits for another node's migrations. */
const MIGRATION_LOCK_WAIT_SECONDS = 120;
const CONNECT_TIMEOUT_MS = 3000;
const ANSWER_TIMEOUT_MS = 5000;

/** The open connections: one data source for writes, and on SQLite a second one for reads. */
export class Connections implements OnApplicationShutdown {
  /** SQLite: the writer's state is unknown; it is reopened before its next use. */
  private isWriterBroken = false;

  private constructor(
    readonly writer: DataSource,
    readonly reader: DataSource,
    /** True on SQLite: its single writer runs one transaction at a time. */
    readonly serial: boolean,
  ) {}

  /**
   * Connects and runs pending migrations; safe when several nodes start together.
   * @param waitSeconds how long to wait for another node's migrations
   * @throws AppError DATABASE_ERROR when that takes longer
   */
  static async open(
    database: DatabaseConfig,
    pool: number,
    waitSeconds = MIGRATION_LOCK_WAIT_SECONDS,
    hostOptions?: HostOptions,
  ): Promise<Connections> {
    if (database.kind === 'sqlite') mkdirSync(dirname(database.path), { recursive: true });
    const flavour = database.kind === 'mysql' ? await flavourOf(database.connection) : 'mysql';
    const writer = await whenUnlocked(waitSeconds, () =>
      new DataSource(writerOptions(database, pool, flavour, hostOptions)).initialize(),
    );
    try {
      if (database.kind === 'mysql') await readCommitted(writer);
      await migrate(writer, database, waitSeconds);
      if (database.kind === 'mysql') return new Connections(writer, writer, false);
      return new Connections(writer, await new DataSource(readerOptions(database, hostOptions)).initialize(), true);
    } catch (error) {
      await writer.destroy();
      throw error;
    }
  }

  /** Closes the connection in any state; the server rolls its transaction back. */
  discard(runner: QueryRunner): void {
    this.isWriterBroken = this.serial;
    (runner as unknown as { databaseConnection?: PooledConnection }).databaseConnection?.destroy?.();
  }

  /** MySQL: closes idle connections. After a failover they may lead to a server that is now read-only. */
  discardIdle(): void {
    const { pool } = this.writer.driver as unknown as {
      pool: { _freeConnections: { length: number; get(index: number): PooledConnection } };
    };
    // Destroying a connection removes it from the queue.
    while (pool._freeConnections.length > 0) pool._freeConnections.get(0).destroy?.();
  }

  /** SQLite rolls back on its own when the disk is full or fails, but TypeORM still counts the transaction as open. */
  isInTransaction(runner: QueryRunner): boolean {
    const { databaseConnection } = this.writer.driver as unknown as { databaseConnection: { inTransaction: boolean } };
    return databaseConnection.inTransaction || runner.isTransactionActive;
  }

  /** SQLite only. Reopens a broken writer; call it between two transactions. */
  async renewBroken(): Promise<void> {
    if (!this.isWriterBroken) return;
    const { driver } = this.writer;
    await driver.disconnect();
    await driver.connect();
    this.isWriterBroken = false;
  }

  release(runner: QueryRunner): void {
    if (!runner.isReleased) runner.release().catch(() => undefined);
  }

  /** Connection counts of the pool; on SQLite of the writer. */
  pool(): { open: number; idle: number; waiting: number } {
    if (this.serial) return { open: 1, idle: 0, waiting: 0 };
    const { pool } = this.writer.driver as unknown as {
      pool: Record<'_allConnections' | '_freeConnections' | '_connectionQueue', { length: number }>;
    };
    return {
      open: pool._allConnections.length,
      idle: pool._freeConnections.length,
      waiting: pool._connectionQueue.length,
    };
  }

  /** After everything that uses the connections has stopped. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    if (this.reader !== this.writer) await this.reader.destroy();
    await this.writer.destroy();
  }
}

/** Connects without running migrations, for reads. */
export async function openForReading(database: DatabaseConfig): Promise<DataSource> {
  const options =
    database.kind === 'sqlite'
      ? readerOptions(database)
      : writerOptions(database, 1, await flavourOf(database.connection));
  return new DataSource(options).initialize();
}

interface PooledConnection {
  destroy?(): void;
}

/** @throws ConfigError when the server is too old */
async function flavourOf(options: MysqlConnection): Promise<Flavour> {
  const connection = await createConnection({ ...options, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    const asking = connection.query('SELECT VERSION() AS version');
    const [rows] = await withTimeout(ANSWER_TIMEOUT_MS, asking).catch(rethrowAsUnavailable);
    const [info] = rows as [{ version: string }];
    return requireSupported(info.version);
  } finally {
    connection.destroy();
  }
}

/**
 * Sets READ COMMITTED: transactions start by locking their user's row, so later statements must see what was committed
 * while they waited; and gap locks would block unrelated transactions.
 */
async function readCommitted(source: DataSource): Promise<void> {
  const level = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED';
  const { pool } = source.driver as unknown as {
    pool: { on(event: 'connection', listener: (connection: { query(sql: string): void }) => void): void };
  };
  pool.on('connection', (connection) => connection.query(level));
  // The connection that was opened already, to test the server.
  await source.query(level);
}
