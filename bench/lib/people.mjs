/** Creates users with sessions directly in the database: sign-ins would spend most of a run on hashing passwords. */
import { createConnection } from 'mysql2/promise';

const PLATFORM_TYPES = ['mastodon', 'pixelfed'];
const USERS_PER_INSERT = 20_000;
/** Length of a session token: 43 characters of base64url. */
const SECRET_LENGTH = 43;

/**
 * Inserts users with two platforms and some sessions each into an empty database.
 * @param sessionsEach number of sessions per user, each with its own platform and cookie
 * @param life time until the sessions expire, as an SQL interval
 * @returns {Promise<{id: number, cookie: string, cookies: string[], platforms: number[]}[]>} `cookie` is the first one's
 */
export async function seedPeople(databaseUrl, count, { sessionsEach = 1, life = 'INTERVAL 12 HOUR' } = {}) {
  const database = await createConnection({ uri: databaseUrl, timezone: 'Z' });
  // The server stores times in UTC.
  await database.query("SET time_zone = '+00:00'");
  for (let from = 1; from <= count; from += USERS_PER_INSERT) {
    const users = `seq_${from}_to_${Math.min(count, from + USERS_PER_INSERT - 1)}`;
    await database.query(`
      INSERT INTO vedfolnir_users (id, username, username_key, email, email_key, password_hash, role, revision,
        changed_at, created_at)
      SELECT seq, CONCAT('person_', seq), CONCAT('person_', seq), CONCAT(seq, '@example.org'),
        CONCAT(seq, '@example.org'), '-', 'user', 1, NOW(3) - INTERVAL 1 MINUTE, NOW(3) FROM ${users}`);
    for (const [index, type] of PLATFORM_TYPES.entries()) {
      await database.query(`
        INSERT INTO vedfolnir_platform_connections (id, user_id, name, platform_type, instance_url, username,
          account_key, access_token, is_default, is_active, created_at)
        SELECT 2 * seq + ${index}, seq, 'My ${type}', '${type}', 'https://${type}.example', CONCAT('person_', seq),
          SHA2(CONCAT('${type}', seq), 256), '-', ${index === 0}, 1, NOW(3) FROM ${users}`);
    }
    for (let session = 0; session < sessionsEach; session++) {
      await database.query(`
        INSERT INTO vedfolnir_user_sessions (id, user_id, token_hash, active_platform_id, user_agent, ip_address,
          created_at, last_activity_at, authenticated_at, idle_expires_at, absolute_expires_at)
        SELECT UUID(), seq, SHA2(LPAD(${session} + ${sessionsEach} * seq, ${SECRET_LENGTH}, '0'), 256), 2 * seq, '',
          '127.0.0.1', NOW(3), NOW(3), NOW(3), NOW(3) + ${life}, NOW(3) + INTERVAL 24 HOUR FROM ${users}`);
    }
  }
  await database.end();
  return Array.from({ length: count }, (_, index) => toPerson(index + 1, sessionsEach));
}

function toPerson(id, sessionsEach) {
  const cookies = Array.from({ length: sessionsEach }, (_, session) => {
    return `vedfolnir_session=${String(session + sessionsEach * id).padStart(SECRET_LENGTH, '0')}`;
  });
  return { id, cookie: cookies[0], cookies, platforms: PLATFORM_TYPES.map((_, index) => 2 * id + index) };
}
