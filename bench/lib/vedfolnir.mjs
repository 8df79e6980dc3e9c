/** Our own server as it is built, and people with sessions in its database. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { ROOT } from '../../scripts/lib/run.mjs';
import { launch, temporaryFolder } from './processes.mjs';

const HOUR = 3_600_000;
const PLATFORMS = ['mastodon', 'pixelfed'];

/** @returns a function that starts a node; all of them share the key */
export function vedfolnir(databaseUrl, redisUrl) {
  const env = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'silent',
    ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
  };
  return async () => {
    // VEDFOLNIR_NODE_OPTIONS: such as --cpu-prof, to see where a node's time goes.
    const options = (process.env.VEDFOLNIR_NODE_OPTIONS ?? '').split(' ').filter(Boolean);
    const args = [...options, join(ROOT, 'dist/src/app/main.js')];
    const isReady = (output) => /ready at (http:\S+)/.exec(output)?.[1];
    const node = await launch(process.execPath, args, { cwd: temporaryFolder(), env, isReady });
    return { pid: node.pid, stop: node.stop, port: Number(new URL(node.ready).port) };
  };
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/**
 * People with two platforms and one session each, written straight into the database: signing in is not measured, and
 * its password hashing would be most of the run.
 * @returns {Promise<{id: number, cookie: string, platforms: number[]}[]>}
 */
export async function seedPeople(databaseUrl, count) {
  const database = await createConnection({ uri: databaseUrl, timezone: 'Z' });
  const now = new Date();
  const later = new Date(now.getTime() + 12 * HOUR);
  const insert = async (table, row) => (await database.query(`INSERT INTO ${table} SET ?`, [row]))[0].insertId;
  const people = [];
  for (let index = 0; index < count; index++) {
    const name = `person_${randomUUID().slice(0, 8)}`;
    const email = `${name}@example.org`;
    const user = { username: name, username_key: name, email, email_key: email, password_hash: '-', role: 'user' };
    const id = await insert('users', { ...user, revision: 1, changed_at: now, created_at: now });
    const platforms = [];
    for (const type of PLATFORMS) {
      const platform = {
        user_id: id,
        name: `My ${type}`,
        platform_type: type,
        instance_url: `https://${type}.example`,
        username: name,
        account_key: sha256(`${type} ${id}`),
        access_token: '-',
        is_default: type === PLATFORMS[0],
        is_active: true,
        created_at: now,
      };
      platforms.push(await insert('platform_connections', platform));
    }
    const secret = randomBytes(32).toString('base64url');
    await insert('user_sessions', {
      id: randomUUID(),
      user_id: id,
      token_hash: sha256(secret),
      active_platform_id: platforms[0],
      user_agent: '',
      ip_address: '127.0.0.1',
      created_at: now,
      last_activity_at: now,
      authenticated_at: now,
      idle_expires_at: later,
      absolute_expires_at: new Date(now.getTime() + 24 * HOUR),
    });
    people.push({ id, cookie: `vedfolnir_session=${secret}`, platforms });
  }
  await database.end();
  return people;
}
