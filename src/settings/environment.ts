/** The only reader of the environment: read once at start, checked, frozen. */
import type { Config } from '../common/config';
import { refuseMisspelt } from './misspelt';
import { readSettings } from './settings';

/**
 * @param env the process environment
 * @throws ConfigError for the first setting that cannot be used
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  refuseMisspelt(env);
  return readSettings(env);
}
