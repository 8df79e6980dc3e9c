import { AppError } from '../common/app-error';
import { type Config, ConfigError } from '../common/config';
import { databaseFault } from '../database/database-fault';

/**
 * What went wrong while the server or a command started, for its operator.
 * @param config null: the settings themselves could not be used
 * @returns one sentence for what the operator can mend, the whole trace for what only a developer can
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
