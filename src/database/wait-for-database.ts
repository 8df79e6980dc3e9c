import { setTimeout as pause } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { AppError } from '../common/app-error';
import type { DatabaseConfig } from '../common/config';
import { toUnavailableError } from './database-errors';
import { serverOf } from './database-fault';

const CONNECT_TIMEOUT_MS = 3000;
const RETRY_MS = 1000;
/** How often the wait is reported. */
const REPORT_MS = 10_000;

/**
 * Resolves when the database answers, however late it starts. Errors that waiting cannot fix are left to the next
 * connection attempt.
 * @param report gets the reason for the wait
 */
export async function waitForDatabase(database: DatabaseConfig, report: (line: string) => void): Promise<void> {
  if (database.kind === 'sqlite') return;
  let reportedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const failure = await connectOnce(database.connection);
    if (failure === null) return;
    if (performance.now() - reportedAt > REPORT_MS) {
      reportedAt = performance.now();
      report(`DATABASE_URL: ${serverOf(database.connection)} cannot be reached (${failure}). Waiting for it`);
    }
    await pause(RETRY_MS);
  }
}

/** @returns why it cannot be reached, or null */
async function connectOnce(options: Extract<DatabaseConfig, { kind: 'mysql' }>['connection']): Promise<string | null> {
  try {
    const connection = await createConnection({ ...options, connectTimeout: CONNECT_TIMEOUT_MS });
    connection.destroy();
    return null;
  } catch (error) {
    if (!(toUnavailableError(error) instanceof AppError)) return null;
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
}
