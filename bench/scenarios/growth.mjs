/** The same requests with 10^4, 10^5 and 10^6 live sessions in the database: their cost should not grow. */
import { createConnection } from 'mysql2/promise';
import { median, ratio, table, verdict } from '../lib/figures.mjs';
import { seedPeople } from '../lib/people.mjs';
import { barChart } from '../lib/plot.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';

const SESSIONS_EACH = 5;
/** Per kind of request, by randomly chosen callers. */
const REQUESTS = 60;
const QUICK_REQUESTS = 24;
/** Sessions to sweep; their users make no requests. */
const EXPIRED = 500;
const PASSWORD = 'correct horse battery staple';
/** Hash of PASSWORD with the weakest parameters of argon2id, because hashing does not depend on the size. */
const WEAK_HASH = '$argon2id$v=19$m=8,t=1,p=1$MP/Xd7eW5pdc5NvwtzjdsQ$fykI5NMoiJi+PggVtEzeH7lFfTF2BIPJfJ0Wr8+MXvM';
/** Maximum ratio of a cost to the cost with the fewest sessions. */
const AIM = 1.2;
const FIGURES = ['cold read', 'warm read', 'switch', 'device list', 'sign-in', 'admin search', 'sweep, each row'];

const LABELS = { 10000: '10^4', 100000: '10^5', 1000000: '10^6' };

async function startWith(sessions, { createDatabase, redisUrl }, index) {
  const databaseUrl = await createDatabase(`growth_${sessions}`);
  const node = await vedfolnir(databaseUrl, redisUrl(4 + index))();
  const people = await seedPeople(databaseUrl, sessions / SESSIONS_EACH, { sessionsEach: SESSIONS_EACH });
  const database = await createConnection({ uri: databaseUrl, timezone: 'Z' });
  await database.query("UPDATE vedfolnir_users SET role = 'admin' WHERE id = 1");
  await database.query(`UPDATE vedfolnir_users SET password_hash = '${WEAK_HASH}'`);
  await database.query('ANALYZE TABLE vedfolnir_users, vedfolnir_user_sessions, vedfolnir_platform_connections');
  console.log(`  ${sessions} sessions are there`);
  return { node, people, database };
}

async function timeOf({ node }, { path, ...options }) {
  const started = performance.now();
  const answer = await fetch(`http://127.0.0.1:${node.port}${path}`, options);
  const text = await answer.text();
  const time = performance.now() - started;
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return time;
}

/** Sends requests to the contenders by turns. @returns the median response time of each; ms */
async function timesOf(contenders, count, request) {
  const times = contenders.map(() => []);
  for (let turn = 0; turn < count; turn++) {
    for (const [index, contender] of contenders.entries()) {
      times[index].push(await timeOf(contender, request(contender.callers[turn], contender)));
    }
  }
  return times.map(median);
}

async function sweep({ node, database, admin, people }) {
  await database.query(
    `UPDATE vedfolnir_user_sessions SET idle_expires_at = NOW(3) - INTERVAL 1 SECOND
    WHERE ended_at IS NULL AND user_id > ${people.length / 2} ORDER BY user_id LIMIT ${EXPIRED}`,
  );
  const started = performance.now();
  const answer = await fetch(`http://127.0.0.1:${node.port}/api/cleanup_sessions`, {
    method: 'POST',
    headers: { ...admin, 'content-type': 'application/json' },
    body: '{}',
  });
  const { cleaned } = await answer.json();
  return (performance.now() - started) / cleaned;
}

/** Earlier names are prefixes of too many others, so a search for one would find many users. */
const FIRST_CALLER = 100;

/** Chooses distinct users whose sessions are not swept, mostly with sessions that the node has not cached yet. */
function chooseCallers({ people }, count) {
  const chosen = new Set();
  while (chosen.size < count) {
    chosen.add(FIRST_CALLER + Math.floor(Math.random() * (people.length / 2 - FIRST_CALLER)));
  }
  return [...chosen].map((index) => {
    const { cookies, ...person } = people[index];
    return { ...person, cookie: cookies[1 + Math.floor(Math.random() * (SESSIONS_EACH - 1))] };
  });
}

async function csrfToken({ node }, cookie) {
  const answer = await fetch(`http://127.0.0.1:${node.port}/api/session`, { headers: { cookie } });
  return (await answer.json()).csrf_token;
}

/** @returns the figures of one round, by contender */
async function measure(contenders, count) {
  for (const contender of contenders) {
    const { cookie } = contender.people[0];
    contender.admin = { cookie, 'x-csrftoken': await csrfToken(contender, cookie) };
    contender.callers = chooseCallers(contender, count);
  }
  const read = (path) => (caller) => ({ path, headers: { cookie: caller.cookie } });
  const found = {
    'cold read': await timesOf(contenders, count, read('/api/session')),
    'warm read': await timesOf(contenders, count, read('/api/session')),
  };
  for (const contender of contenders) {
    for (const caller of contender.callers) caller.token = await csrfToken(contender, caller.cookie);
  }
  found.switch = await timesOf(contenders, count, ({ platforms, cookie, token }) => ({
    path: `/api/switch_platform/${platforms[1]}`,
    method: 'POST',
    headers: { cookie, 'x-csrftoken': token },
  }));
  found['device list'] = await timesOf(contenders, count, read('/api/sessions'));
  found['sign-in'] = await timesOf(contenders, count, ({ id }) => ({
    path: '/api/auth/login',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: `person_${id}`, password: PASSWORD }),
  }));
  found['admin search'] = await timesOf(contenders, count / 2, ({ id }, { admin }) => ({
    path: `/api/admin/sessions?query=person_${id}`,
    headers: admin,
  }));
  found['sweep, each row'] = [];
  for (const contender of contenders) found['sweep, each row'].push(await sweep(contender));
  return found;
}

/** @returns the results */
export async function run(services, { quick }) {
  const sizes = quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000];
  console.log('Growth: starting …');
  const started = await Promise.all(sizes.map((sessions, index) => startWith(sessions, services, index)));
  const requests = quick ? QUICK_REQUESTS : REQUESTS;
  await measure(started, requests);
  const found = [];
  for (let round = quick ? 1 : 3; round > 0; round--) {
    found.push(await measure(started, requests));
    console.log(`  rounds left: ${round - 1}`);
  }
  for (const { node, database } of started) {
    await database.end();
    await node.stop();
  }
  const names = sizes.map((sessions) => LABELS[sessions]);
  const all = (name, figure) => found.map((round) => round[figure][names.indexOf(name)]);
  const shown = (value) => (value < 1 ? value.toFixed(2) : value.toFixed(1));
  const rows = FIGURES.map((figure) => {
    const times = ratio(all(names.at(-1), figure), all(names[0], figure));
    const middles = names.map((name) => shown(median(all(name, figure))));
    return [`${figure}, ms`, ...middles, times.toFixed(2), `≤ ${AIM.toFixed(2)}`, verdict(times <= AIM)];
  });
  const groups = FIGURES.map((figure) => ({
    name: figure,
    bars: names.map((name) => {
      const value = median(all(name, figure));
      return { name: `${name} sessions`, value, text: `${shown(value)} ms` };
    }),
  }));
  return {
    text: table(['live sessions', ...names, 'most/fewest', 'aim', ''], rows),
    plot: barChart('What grows with the number of live sessions', groups),
  };
}
