/**
 * Starts once per run: MariaDB, Redis and a few instances, which suites find through TEST_MARIADB_URL, TEST_REDIS_URL
 * and TEST_INSTANCES.
 */
import { randomBytes } from 'node:crypto';
import { findBinary } from '../../scripts/lib/binaries.cjs';
import { offerShared } from './offer-shared';
import { startMariaDb, startRedis } from './services';
import { startSharedInstances } from './shared-instances';
import { makeTemplates } from './templates';

async function mariaDbUrl(): Promise<string> {
  const given = process.env.DATABASE_URL;
  if (findBinary('mariadbd') || !given) return (await startMariaDb()).url();
  if (!given.startsWith('mysql://')) throw new Error('DATABASE_URL must be a mysql:// URL for the tests.');
  const url = new URL(given);
  url.pathname = '/';
  return url.href;
}

async function redisUrl(): Promise<string> {
  const given = process.env.REDIS_URL;
  return findBinary('redis-server') || !given ? (await startRedis()).url : given;
}

export default async function globalSetup(): Promise<void> {
  process.env.TEST_DATABASE_PREFIX = `vedfolnir_test_${randomBytes(4).toString('hex')}_`;
  const [mariaDb, redis] = await Promise.all([mariaDbUrl(), redisUrl()]);
  Object.assign(process.env, { TEST_MARIADB_URL: mariaDb, TEST_REDIS_URL: redis });
  process.env.TEST_INSTANCES = await startSharedInstances();
  process.env.TEST_TEMPLATES = await makeTemplates(mariaDb);
  process.env.TEST_SHARED_URL = await offerShared();
}
