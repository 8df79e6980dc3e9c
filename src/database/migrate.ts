/** Runs pending migrations, in one process at a time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { AppError } from '../common/app-error';
import type { DatabaseConfig } from '../common/config';
import { ClusterLock } from './cluster-lock';
import { isBusy } from './database-errors';

/** How often to check whether another process has released the file. */
const POLL_INTERVAL_MS = 50;

/**
 * @param waitSeconds how long to wait for another node's lock
 * @throws AppError DATABASE_ERROR when the lock was not released in time; nothing is changed then
 */
export async function migrate(writer: DataSource, database: DatabaseConfig, waitSeconds: number): Promise<void> {
  if (database.kind === 'sqlite') return migrateFile(writer.createQueryRunner(), waitSeconds);
  const done = await new ClusterLock(database).run('migrations', waitSeconds, () => writer.runMigrations());
  if (!done) throw lockTimeout(waitSeconds);
}

/** Holds SQLite's write lock from the start, so that a waiting process then finds no pending migration. */
async function migrateFile(runner: QueryRunner, waitSeconds: number): Promise<void> {
  // Rebuilding a table must not cascade to rows that reference it; foreign keys can only be turned off outside a
  // transaction.
  await runner.beforeMigration();
  await whenUnlocked(waitSeconds, () => runner.query('BEGIN IMMEDIATE'));
  try {
    await runner.dataSource.runMigrations({ transaction: 'none' });
    await runner.query('COMMIT');
  } catch (error) {
    await runner.query('ROLLBACK');
    throw error;
  }
  await runner.afterMigration();
}

/**
 * Retries while another process holds a lock: SQLite's own busy timeout does not cover all cases.
 * @param waitSeconds until it gives up
 * @throws AppError DATABASE_ERROR as `migrate`
 */
export async function whenUnlocked<T>(waitSeconds: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() > deadline) throw lockTimeout(waitSeconds);
    }
    await pause(POLL_INTERVAL_MS);
  }
}

function lockTimeout(waitSeconds: number): AppError {
  const message = `Another process has been changing the tables of this database for more than ${waitSeconds} s`;
  return new AppError('DATABASE_ERROR', { message });
}
