/** Classifies the drivers' errors. */
import { QueryFailedError } from 'typeorm';
import { AppError } from '../common/app-error';
import { TimeoutError } from '../common/with-timeout';

/** Retry-After while the database is unavailable. */
const RETRY_AFTER_SECONDS = 30;
/** Retry-After when a commit's outcome is unknown: a lost connection is usually restored quickly. */
const RETRY_UNKNOWN_AFTER_SECONDS = 5;

/** The server, or an administrator of it, has ended the connection. */
const ENDED = new Set(['ER_SERVER_SHUTDOWN', 'ER_NORMAL_SHUTDOWN', 'ER_CONNECTION_KILLED', 'ER_QUERY_INTERRUPTED']);
const READ_ONLY = new Set(['ER_OPTION_PREVENTS_STATEMENT', 'ER_READ_ONLY_MODE']);

const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'POOL_CLOSED',
  'ER_CON_COUNT_ERROR',
  ...ENDED,
  ...READ_ONLY,
  'SQLITE_CANTOPEN',
  'SQLITE_IOERR',
  'SQLITE_FULL',
]);
const LOCK_CONFLICT = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']);
const DUPLICATE = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

function codeOf(error: unknown): string {
  const source = error instanceof QueryFailedError ? error.driverError : error;
  const code = (source as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** A unique key already exists. */
export function isDuplicateKey(error: unknown): boolean {
  return DUPLICATE.has(codeOf(error));
}

/** A deadlock or lock timeout: the transaction may be retried as a whole. */
export function isLockConflict(error: unknown): boolean {
  return LOCK_CONFLICT.has(codeOf(error));
}

/** The server is read-only, as after a failover. */
export function isReadOnly(error: unknown): boolean {
  return READ_ONLY.has(codeOf(error));
}

/** Whether the server reported the failure; otherwise the statement may have been executed. */
export function isAnswered(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('SQLITE_') || (code.startsWith('ER_') && !ENDED.has(code));
}

/** SQLite: another process is writing. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

/** For a database that cannot be reached or does not answer. */
export function databaseUnavailable(cause: unknown): AppError {
  return new AppError('DATABASE_ERROR', { retryAfter: RETRY_AFTER_SECONDS, cause });
}

/** For a commit that was sent but not confirmed. */
export function outcomeUnknown(cause: unknown): AppError {
  return new AppError('OUTCOME_UNKNOWN', { retryAfter: RETRY_UNKNOWN_AFTER_SECONDS, cause });
}

/**
 * Maps a driver's connection errors, lock errors and SQLITE_BUSY, and a missing answer, to DATABASE_ERROR; returns other
 * errors unchanged.
 */
export function toUnavailableError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  const lost =
    error instanceof TimeoutError ||
    /closed state|connection .*(lost|closed)|Pool is closed|is not established|connection is not open/i.test(message);
  if (error instanceof AppError || !(UNAVAILABLE.has(codeOf(error)) || lost || isLockConflict(error) || isBusy(error)))
    return error;
  return databaseUnavailable(error);
}

/** @throws what `toUnavailableError` returns */
export function rethrowAsUnavailable(error: unknown): never {
  throw toUnavailableError(error);
}
