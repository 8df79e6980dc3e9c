/** Connected sessions on two nodes that expire one after the other: the delay until each tab is notified. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { percentile, table, verdict } from '../lib/figures.mjs';
import { seedPeople } from '../lib/people.mjs';
import { barChart } from '../lib/plot.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';
import { closeSockets, openSocket, openSockets } from '../lib/web-sockets.mjs';

const AT_ONCE = 100;
const WITHIN_SECONDS = 10;
/** Sockets opened before, of sessions that do not expire, to estimate how long connecting all others takes. */
const PROBES = 200;
/** Reserve for that estimate. */
const LEAD_FACTOR = 1.5;
const MIN_LEAD_MS = 5000;
const AIM_P99_MS = 250;
const PATIENCE_MS = 20_000;

/** Event loop delay (p99) since the last request, from the node's own metrics; ms. */
async function loopDelay({ port }) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return 1000 * Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1] ?? Number.NaN);
}

/** Sets a different expiry for each of these sessions. @returns the expiry by user */
async function setDeadlines(databaseUrl, people, leadMs) {
  const database = await createConnection({ uri: databaseUrl, timezone: 'Z' });
  const first = Date.now() + MIN_LEAD_MS + leadMs;
  const apartMs = (WITHIN_SECONDS * 1000) / people.length;
  await database.query(
    `UPDATE vedfolnir_user_sessions SET idle_expires_at = ? + INTERVAL ROUND(user_id * ?) * 1000 MICROSECOND
    WHERE user_id <= ?`,
    [new Date(first), apartMs, people.length],
  );
  await database.end();
  return people.map(({ id }) => first + Math.round(id * apartMs));
}

/** @returns the results */
export async function run({ createDatabase, redisUrl }, { quick }) {
  const count = quick ? 1000 : 10_000;
  console.log(`${count} sessions that run out: starting …`);
  const databaseUrl = await createDatabase('expiry');
  const start = vedfolnir(databaseUrl, redisUrl(0));
  const nodes = await Promise.all([start(), start()]);
  const all = await seedPeople(databaseUrl, count + PROBES);
  const [people, probes] = [all.slice(0, count), all.slice(count)];
  const told = [];
  const open = (group) => (index) =>
    openSocket(nodes[index % nodes.length].port, {
      headers: { cookie: group[index].cookie },
      readyAt: 'session:state',
      onEvent: (name) => {
        if (name === 'session:ended') told[index] = Date.now();
      },
    });
  const started = performance.now();
  closeSockets(await openSockets(PROBES, AT_ONCE, open(probes)));
  const leadMs = (performance.now() - started) * (count / PROBES) * LEAD_FACTOR;
  const deadlines = await setDeadlines(databaseUrl, people, leadMs);
  const sockets = await openSockets(count, AT_ONCE, open(people));
  if (Date.now() > deadlines[0]) throw new Error('The tabs were not open before the first session ran out');
  console.log('  tabs are open');
  await Promise.all(nodes.map(loopDelay));
  const end = deadlines.at(-1) + PATIENCE_MS;
  while (Object.keys(told).length < count && Date.now() < end) await sleep(100);
  const delays = await Promise.all(nodes.map(loopDelay));
  closeSockets(sockets);
  await Promise.all(nodes.map(({ stop }) => stop()));

  const lags = deadlines.map((deadline, index) => told[index] - deadline).filter((lag) => !Number.isNaN(lag));
  const [p50, p99, most] = [50, 99, 100].map((percent) => percentile(lags, percent));
  const head = ['sessions that run out', 'told', 'p50 ms', 'p99 ms', 'most ms', 'event loop p99 ms', 'aim', ''];
  const figures = [p50, p99, most, Math.max(...delays)].map((value) => value.toFixed(0));
  const aim = [`p99 ≤ ${AIM_P99_MS}`, verdict(p99 <= AIM_P99_MS && lags.length === count)];
  const bar = (name, value) => ({ name, value, text: `${value.toFixed(0)} ms` });
  return {
    text: table(head, [[`${count} within ${WITHIN_SECONDS} s`, lags.length, ...figures, ...aim]]),
    plot: barChart(`${count} sessions that run out within ${WITHIN_SECONDS} s`, [
      { name: 'from the deadline to the tab', bars: [bar('p50', p50), bar('p99', p99), bar('most', most)] },
    ]),
  };
}
