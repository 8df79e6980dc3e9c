/** Duration of sign-ins while 200,000 expired sessions are cleaned up, compared with sign-ins at rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { percentile, table } from '../lib/figures.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';

const ROWS = 200_000;
const PER_INSERT = 5_000;
/** Sign-ins per second, started at a fixed rate even if earlier ones are not done. */
const PER_SECOND = 10;
const QUIET_SECONDS = 20;
/** Users who sign in by turns: sign-ins of a single user would wait for each other. */
const PEOPLE = 20;
const PASSWORD = 'correct horse battery staple';

async function post(port, path, body, headers = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function register(port, username) {
  const answer = await post(port, '/api/auth/register', {
    username,
    email: `${username}@example.org`,
    password: PASSWORD,
  });
  const { user, csrf_token: token } = await answer.json();
  const cookie = answer.headers.getSetCookie()[0].split(';')[0];
  return { id: user.id, headers: { cookie, 'x-csrftoken': token } };
}

/** Starts repeated sign-ins. @returns a function that stops them and returns their durations; ms */
function signIns(port, usernames) {
  const times = [];
  let going = true;
  const loop = (async () => {
    const open = [];
    const first = performance.now();
    for (let index = 0; going; index++) {
      await sleep(Math.max(0, first + (index * 1000) / PER_SECOND - performance.now()));
      const started = performance.now();
      const username = usernames[index % usernames.length];
      const signIn = post(port, '/api/auth/login', { username, password: PASSWORD });
      open.push(signIn.then(() => times.push(performance.now() - started)));
    }
    await Promise.all(open);
  })();
  return async () => {
    going = false;
    await loop;
    return times;
  };
}

async function insertExpired(databaseUrl, userId) {
  const database = await createConnection({ uri: databaseUrl, timezone: 'Z' });
  for (let done = 0; done < ROWS; done += PER_INSERT) {
    await database.query(`
      INSERT INTO vedfolnir_user_sessions (id, user_id, token_hash, user_agent, ip_address, created_at, last_activity_at,
        idle_expires_at, absolute_expires_at)
      SELECT UUID(), ${userId}, SHA2(CONCAT(UUID(), seq), 256), '', '127.0.0.1', NOW(3) - INTERVAL 2 DAY,
        NOW(3) - INTERVAL 2 DAY, NOW(3) - INTERVAL 36 HOUR, NOW(3) - INTERVAL 1 DAY FROM seq_1_to_${PER_INSERT}`);
  }
  await database.end();
}

/** @returns the results */
export async function run({ createDatabase, redisUrl }) {
  console.log(`Cleaning up ${ROWS} sessions: starting …`);
  const databaseUrl = await createDatabase('cleanup');
  const start = vedfolnir(databaseUrl, redisUrl(0));
  const nodes = [await start(), await start()];
  const admin = await register(nodes[0].port, 'admin');
  const people = Array.from({ length: PEOPLE }, (_, index) => `person_${index}`);
  for (const person of people) await register(nodes[0].port, person);
  const asleep = await register(nodes[0].port, 'asleep');

  const quiet = signIns(nodes[1].port, people);
  await sleep(QUIET_SECONDS * 1000);
  const inPeace = await quiet();
  console.log('  measured in peace');
  await insertExpired(databaseUrl, asleep.id);
  console.log('  rows are there');

  const busy = signIns(nodes[1].port, people);
  const began = performance.now();
  const { cleaned } = await (await post(nodes[0].port, '/api/cleanup_sessions', {}, admin.headers)).json();
  const took = (performance.now() - began) / 1000;
  const meanwhile = await busy();
  await Promise.all(nodes.map(({ stop }) => stop()));

  const row = (name, times) => [name, times.length, percentile(times, 50).toFixed(0), percentile(times, 99).toFixed(0)];
  const rows = [row('in peace', inPeace), row('during the cleanup', meanwhile)];
  const text = table(['sign-ins', 'number', 'p50 ms', 'p99 ms'], rows);
  return { text: `${text}\n\n${cleaned} sessions were cleaned up in ${took.toFixed(1)} s.` };
}
