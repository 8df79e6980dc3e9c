/** Brings the tables up to date; of several processes that start together, one at a time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { AppError } from '../common/app-error';
import type { DatabaseConfig } from '../common/config';
import { isBusy } from './database-errors';
import { NodeLock } from './node-lock';

/** Between two looks whether another process has let go of the file; ms. */
const POLL_INTERVAL_MS = 50;

/**
 * @param waitSeconds how long to wait for another node that holds the lock
 * @throws AppError DATABASE_ERROR when it is at it still: without the lock nothing is touched
 */
export async function migrate(writer: DataSource, database: DatabaseConfig, waitSeconds: number): Promise<void> {
  if (database.kind === 'sqlite') return migrateFile(writer.createQueryRunner(), waitSeconds);
  const done = await new NodeLock(database).run('migrations', waitSeconds, () => writer.runMigrations());
  if (!done) throw held(waitSeconds);
}

/** Under SQLite's lock from the first look at what there is: who waits for it finds nothing left to do. */
async function migrateFile(runner: QueryRunner, waitSeconds: number): Promise<void> {
  // A table that is made anew takes nothing along that points to it. Within a transaction it is too late to say so.
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
 * Tries until no other process is in the way: SQLite waits a while by itself, but not for everything.
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
      if (performance.now() > deadline) throw held(waitSeconds);
    }
    await pause(POLL_INTERVAL_MS);
  }
}

function held(waitSeconds: number): AppError {
  const message = `Another process has been changing the tables of this database for more than ${waitSeconds} s`;
  return new AppError('DATABASE_ERROR', { message });
}
