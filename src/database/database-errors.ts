/** What a driver's error means to us. */
import { QueryFailedError } from 'typeorm';
import { AppError } from '../common/app-error';

/** Seconds until a caller may ask again, as the page conventions have it. */
const RETRY_AFTER_SECONDS = 30;
/** Seconds until the same request may be sent again whose outcome is unknown: a connection that is lost is soon there. */
const RETRY_UNKNOWN_AFTER_SECONDS = 5;

/** The server, or somebody there, has ended the connection. */
const ENDED = new Set(['ER_SERVER_SHUTDOWN', 'ER_NORMAL_SHUTDOWN', 'ER_CONNECTION_KILLED', 'ER_QUERY_INTERRUPTED']);
const READ_ONLY = new Set(['ER_OPTION_PREVENTS_STATEMENT', 'ER_READ_ONLY_MODE']);

const AWAY = new Set([
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
const COLLISION = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']);
const DUPLICATE = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

function codeOf(error: unknown): string {
  const source = error instanceof QueryFailedError ? error.driverError : error;
  const code = (source as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** The row is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return DUPLICATE.has(codeOf(error));
}

/** Two transactions stood in each other's way: the whole of it may be tried again. */
export function isCollision(error: unknown): boolean {
  return COLLISION.has(codeOf(error));
}

/** A failover has left us with a server that only reads. */
export function isReadOnly(error: unknown): boolean {
  return READ_ONLY.has(codeOf(error));
}

/** Whether the database itself has said that it failed; otherwise it may have done what it was asked for. */
export function isAnswered(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('SQLITE_') || (code.startsWith('ER_') && !ENDED.has(code));
}

/** SQLite: another process is writing. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

/** The database cannot be reached, or does not answer. */
export function databaseUnavailable(cause: unknown): AppError {
  return new AppError('DATABASE_ERROR', { retryAfter: RETRY_AFTER_SECONDS, cause });
}

/** The database was told to commit, and has not said whether it did. */
export function outcomeUnknown(cause: unknown): AppError {
  return new AppError('OUTCOME_UNKNOWN', { retryAfter: RETRY_UNKNOWN_AFTER_SECONDS, cause });
}

/** Turns a driver's "cannot reach it" into DATABASE_ERROR; anything else is handed back as it is. */
export function toUnavailableError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  const lost = /closed state|connection .*(lost|closed)|Pool is closed|is not established|connection is not open/i.test(
    message,
  );
  if (error instanceof AppError || !(AWAY.has(codeOf(error)) || lost || isCollision(error) || isBusy(error)))
    return error;
  return databaseUnavailable(error);
}
