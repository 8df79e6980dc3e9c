/** A read that requires a session: 64 keep-alive connections, each with a separate session. */
import { inTurns, median, ratio, table, verdict } from '../lib/figures.mjs';
import { load } from '../lib/http-load.mjs';
import { seedPeople } from '../lib/people.mjs';
import { barChart } from '../lib/plot.mjs';
import { startPeer } from '../lib/processes.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';

const CONNECTIONS = 64;
const OURS = 'Vedfolnir';
/** Minimum ratio of our requests per second to theirs. */
const AIMS = { 'Nest on Fastify, bare': 0.75, 'express-session + connect-redis': 3.5, 'better-auth get-session': 14 };

async function startContenders({ createDatabase, redisUrl }) {
  const databaseUrl = await createDatabase('reads');
  const ours = await vedfolnir(databaseUrl, redisUrl(0))();
  const cookies = (await seedPeople(databaseUrl, CONNECTIONS)).map(({ cookie }) => cookie);
  const url = `http://127.0.0.1:${ours.port}/api/session`;
  const state = await (await fetch(url, { headers: { cookie: cookies[0] } })).text();

  const env = { STATE: state, SESSIONS: `${CONNECTIONS}` };
  const auth = { ...env, REDIS_URL: redisUrl(2), DATABASE_URL: await createDatabase('auth') };
  const [bare, express, betterAuth] = await Promise.all([
    startPeer('bare-nest.mjs', env),
    startPeer('express-session.mjs', { ...env, REDIS_URL: redisUrl(1) }),
    startPeer('better-auth.mjs', auth),
  ]);
  return {
    [OURS]: { ...ours, url, cookies },
    'Nest on Fastify, bare': { ...bare, cookies },
    'express-session + connect-redis': express,
    'better-auth get-session': betterAuth,
  };
}

/** Ensures before the measurement that a contender answers correctly. */
async function check({ url, cookies }, name) {
  for (const cookie of cookies) {
    const answer = await fetch(url, { headers: { cookie } });
    const text = await answer.text();
    if (answer.status !== 200 || !/"user":\{/.test(text)) throw new Error(`${name}: ${answer.status} ${text}`);
  }
}

const ask = (contender, seconds) =>
  load(
    contender,
    contender.cookies.map((cookie) => ({ headers: { cookie } })),
    seconds,
  );

/** @returns the results */
export async function run(services, effort) {
  console.log('Session-checked read: starting …');
  const contenders = await startContenders(services);
  for (const [name, contender] of Object.entries(contenders)) {
    await check(contender, name);
    await ask(contender, effort.warmUp);
  }
  const found = await inTurns(contenders, effort.rounds, (each) => ask(each, effort.seconds));
  for (const { stop } of Object.values(contenders)) await stop();

  const all = (name, figure) => found[name].map((round) => round[figure]);
  const rows = Object.keys(found).map((name) => {
    const aim = AIMS[name];
    const times = ratio(all(OURS, 'perSecond'), all(name, 'perSecond'));
    return [
      name,
      Math.round(median(all(name, 'perSecond'))),
      median(all(name, 'p50')).toFixed(1),
      median(all(name, 'p99')).toFixed(1),
      Math.round(median(all(name, 'processor'))),
      aim ? times.toFixed(2) : '',
      aim ? `≥ ${aim.toFixed(2)}` : '',
      aim ? verdict(times >= aim) : '',
    ];
  });
  const head = ['session-checked read', 'requests/s', 'p50 ms', 'p99 ms', 'processor µs', 'ours/theirs', 'aim', ''];
  const bars = (figure, text) =>
    Object.keys(found).map((name) => ({
      name,
      value: median(all(name, figure)),
      text: text(median(all(name, figure))),
    }));
  return {
    text: table(head, rows),
    plot: barChart('Session-checked read', [
      { name: 'requests a second', bars: bars('perSecond', (value) => `${Math.round(value)}`) },
      { name: 'processor time of each', bars: bars('processor', (value) => `${Math.round(value)} µs`) },
    ]),
  };
}
