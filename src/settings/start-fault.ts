import { AppError } from '../common/app-error';
import { type Config, ConfigError } from '../common/config';
import { databaseFault } from '../database/database-fault';

/**
 * Describes a startup error of the server or a command, for its operator.
 * @param config null if the settings could not be read
 * @returns one sentence for errors that the operator can fix, the stack trace for others
 */
export function describeFault(error: unknown, config: Config | null): string {
  if (error instanceof ConfigError) return error.message;
  const known = config && databaseFault(error, config.database);
  if (known) return known.message;
  if (error instanceof AppError) {
    return error.options.cause ? describeFault(error.options.cause, config) : error.message;
  }
  return (error as Error).stack ?? String(error);
}
