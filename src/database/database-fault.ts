/** Explains in one sentence, for the operator who set DATABASE_URL, why the database cannot be used. */
import { dirname, resolve, sep } from 'node:path';
import { QueryFailedError } from 'typeorm';
import { ConfigError, type DatabaseConfig, type MysqlConnection } from '../common/config';

const FOLDER_FAULTS = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ENOSPC', 'EISDIR'];
const FILE_FAULTS = ['SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_PERM'];
/** Node's error codes for invalid certificates. */
const CERTIFICATE = /CERT|VERIFY|ALTNAME|HANDSHAKE_SSL_ERROR|ISSUER/;

/** @returns null for errors that have nothing to do with DATABASE_URL, permissions or the disk */
export function databaseFault(thrown: unknown, database: DatabaseConfig): ConfigError | null {
  const error = (thrown instanceof QueryFailedError ? thrown.driverError : thrown) as NodeJS.ErrnoException;
  const code = error?.code ?? '';
  const sentence =
    database.kind === 'sqlite'
      ? fileFault(code, database.path, error?.path)
      : serverFault(code, error?.message ?? '', database.connection);
  return sentence === null ? null : new ConfigError(sentence);
}

/** @param at the file or folder of a file system error; an error of another one is not about the database */
function fileFault(code: string, path: string, at = path): string | null {
  const file = resolve(path);
  if (code.startsWith('SQLITE_NOTADB')) return `DATABASE_URL: ${file} is not an SQLite database`;
  if (code.startsWith('SQLITE_CORRUPT')) return `DATABASE_URL: ${file} is damaged: restore it from a backup`;
  if (FOLDER_FAULTS.includes(code) && concerns(resolve(at), file)) {
    return `DATABASE_URL: the folder ${dirname(file)} cannot be written (${code}): make it writable for this user`;
  }
  if (FILE_FAULTS.some((fault) => code.startsWith(fault))) {
    return `DATABASE_URL: the file ${file} cannot be written (${code}): its folder must be writable too, and not full`;
  }
  return null;
}

/** Whether it is the file, one that SQLite keeps beside it, or a folder above it. */
const concerns = (at: string, file: string) => at.startsWith(file) || file.startsWith(at + sep);

/** @returns the server's address for messages */
export function serverOf({ socketPath, host, port }: MysqlConnection): string {
  return socketPath ?? `${host}:${port}`;
}

function serverFault(code: string, message: string, connection: MysqlConnection): string | null {
  const { user, database } = connection;
  const server = serverOf(connection);
  switch (code) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'EHOSTUNREACH':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ETIMEDOUT':
      return `DATABASE_URL: ${server} cannot be reached (${code}): is it started, and is the address right?`;
    case 'ER_ACCESS_DENIED_ERROR':
    case 'ER_NOT_SUPPORTED_AUTH_MODE':
      return `DATABASE_URL: ${server} refuses the user "${user}" with this password`;
    case 'ER_BAD_DB_ERROR':
      return `DATABASE_URL: ${server} has no database "${database}": make it with CREATE DATABASE ${database}`;
    case 'ER_DBACCESS_DENIED_ERROR':
      return `DATABASE_URL: the user "${user}" may not use the database "${database}": GRANT ALL ON ${database}.* to it`;
    case 'ER_TABLEACCESS_DENIED_ERROR':
    case 'ER_SPECIFIC_ACCESS_DENIED_ERROR':
      return `DATABASE_URL: the user "${user}" lacks a right (${message}): GRANT ALL ON ${database}.* to it`;
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return `DATABASE_URL: ${server} offers no TLS: take ssl out of it, or turn TLS on there`;
    case 'ER_SECURE_TRANSPORT_REQUIRED':
      return `DATABASE_URL: ${server} takes encrypted connections only: add ?ssl=true`;
  }
  if (!CERTIFICATE.test(code)) return null;
  return `DATABASE_URL: the certificate of ${server} cannot be verified (${message}): name its authority by ssl-ca=file, or encrypt without verifying by ssl-mode=REQUIRED`;
}
