import leven from 'leven';
import { ConfigError } from '../common/config';

export const SETTINGS = [
  'NODE_ENV',
  'PORT',
  'HOST',
  'DATABASE_URL',
  'DATABASE_POOL',
  'REDIS_URL',
  'SESSION_IDLE_TIMEOUT',
  'SESSION_LIFETIME',
  'SESSION_EXPIRY_WARNING',
  'SESSION_CACHE_TTL',
  'SESSION_RETENTION',
  'SESSION_MAX_PER_USER',
  'AUDIT_RETENTION',
  'SWEEP_INTERVAL',
  'RECENT_LOGIN',
  'PUBLIC_ORIGIN',
  'ALLOWED_ORIGINS',
  'TRUST_PROXY',
  'REGISTRATION',
  'ENCRYPTION_KEYS',
  'ALLOW_PRIVATE_INSTANCES',
  'METRICS_TOKEN',
  'RATE_LIMITS',
  'SHUTDOWN_GRACE',
  'LOG_LEVEL',
] as const;

/** Shorter names resemble too many unrelated ones, such as POST and PORT. */
const MIN_LENGTH = 8;
/** Largest edit distance that counts as a typo. */
const MAX_EDITS = 2;

/**
 * Rejects misspelt setting names, which would otherwise be ignored silently. A similar name beside the correct one is
 * accepted: some platforms set both DATABASE_URI and DATABASE_URL.
 * @throws ConfigError
 */
export function refuseMisspelt(env: NodeJS.ProcessEnv): void {
  const known: readonly string[] = SETTINGS;
  const unset = known.filter((name) => name.length >= MIN_LENGTH && !env[name]);
  for (const name of Object.keys(env)) {
    if (known.includes(name) || name.length < MIN_LENGTH) continue;
    const meant = unset.find((setting) => leven(setting, name.toUpperCase()) <= MAX_EDITS);
    if (meant) throw new ConfigError(`${name} is no setting of Vedfolnir: did you mean ${meant}?`);
  }
}
