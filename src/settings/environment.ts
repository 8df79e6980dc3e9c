/** The only module that reads the environment: once at start. */
import type { Config } from '../common/config';
import { refuseMisspelt } from './misspelt';
import { readSettings } from './settings';

/** @param env the process environment @throws ConfigError for the first invalid setting */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  refuseMisspelt(env);
  return readSettings(env);
}
