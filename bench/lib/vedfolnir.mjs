/** Starts our built server. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/run.mjs';
import { launch, temporaryFolder } from './processes.mjs';

/**
 * @param nodeOptions of `node` itself
 * @param settings further settings of the server
 * @returns a function that starts a node; all nodes share the encryption key
 */
export function vedfolnir(databaseUrl, redisUrl, nodeOptions = [], settings = {}) {
  const env = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'silent',
    ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    ...settings,
  };
  return async () => {
    // VEDFOLNIR_NODE_OPTIONS: for example --cpu-prof, to profile a node.
    const options = (process.env.VEDFOLNIR_NODE_OPTIONS ?? '').split(' ').filter(Boolean);
    const args = [...nodeOptions, ...options, join(ROOT, 'dist/src/app/main.js')];
    const isReady = (output) => /ready at (http:\S+)/.exec(output)?.[1];
    const node = await launch(process.execPath, args, { cwd: temporaryFolder(), env, isReady });
    return { ...node, port: Number(new URL(node.ready).port) };
  };
}
