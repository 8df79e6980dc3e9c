/** Time from sending a switch to its receipt by all tabs: 100 users with 3 tabs each, on two nodes. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool } from 'mysql2/promise';
import { io } from 'socket.io-client';
import { inTurns, median, percentile, ratio, table, verdict } from '../lib/figures.mjs';
import { seedPeople } from '../lib/people.mjs';
import { barChart } from '../lib/plot.mjs';
import { processorTime, startPeer } from '../lib/processes.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';

const PEOPLE = 100;
const QUICK_PEOPLE = 40;
const TABS = 3;
/** Switches per second; the last rate saturates the processor, and on a slow one the second does too. */
const RATES = [50, 200, 500];
const QUICK_RATES = RATES.slice(0, 1);
/** Before the measurement, because code is several times slower until it has been optimised. */
const WARM_UP = { perSecond: 200, seconds: 5, quickSeconds: 1 };
/** A push that has not arrived by then counts as lost; ms. */
const PATIENCE = 5000;
const OURS = 'Vedfolnir';
const PEER = 'Socket.IO, bare';
/** Maximum ratio of our latency to theirs, at rates that do not saturate the processor. */
const AIMS = { p50: 1.6, p99: 1.5 };

/** Idle connections are closed before the server's keep-alive timeout, which could reset a new request. */
const agent = new Agent({ keepAlive: true, timeout: 3000 });

function post(port, path, headers) {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': 0 },
    };
    const sent = request(options, (answer) => {
      answer.resume();
      answer.once('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${answer.statusCode}`)),
      );
    });
    sent.once('error', reject);
    sent.end();
  });
}

/** Opens all tabs of a contender's users. */
async function openTabs({ nodes, people }, onPush) {
  const opened = people.flatMap((person, index) =>
    Array.from({ length: TABS }, async (_, tab) => {
      const { port } = nodes[(index + tab) % nodes.length];
      const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, ...person.socket });
      socket.on('platform:switched', (event) => onPush(event.origin.tab_id));
      socket.once('connect_error', (error) => socket.emitReserved('refused', error));
      await Promise.race([once(socket, 'connect'), once(socket, 'refused').then(([error]) => Promise.reject(error))]);
      return socket;
    }),
  );
  return Promise.all(opened);
}

/** Measures switches: each has a name that its pushes contain, and ends when all tabs of its user have received it. */
function stopwatch() {
  const underWay = new Map();
  return {
    start(name) {
      return new Promise((resolve) => underWay.set(name, { left: TABS, started: performance.now(), resolve }));
    },
    note(name) {
      const entry = underWay.get(name);
      if (!entry || --entry.left > 0) return;
      underWay.delete(name);
      entry.resolve(performance.now() - entry.started);
    },
    /** @returns the number of missing pushes */
    giveUp() {
      const lost = [...underWay.values()].reduce((sum, { left }) => sum + left, 0);
      for (const { resolve } of underWay.values()) resolve(null);
      underWay.clear();
      return lost;
    },
  };
}

/** Processor time of all nodes; seconds. */
const processorOf = (pids) => pids.reduce((sum, pid) => sum + processorTime(pid), 0);

let count = 0;

async function measure({ nodes, people, watch, pids }, perSecond, duration) {
  const times = [];
  const requests = [];
  const processor = processorOf(pids);
  const started = performance.now();
  for (let index = 0; index < duration * perSecond; index++) {
    const wait = started + (index * 1000) / perSecond - performance.now();
    if (wait > 0) await sleep(wait);
    const person = people[index % people.length];
    const name = `switch-${count++}`;
    // Each switch is to another platform than the one before.
    person.turn = (person.turn ?? 0) + 1;
    times.push(watch.start(name));
    const { port } = nodes[index % nodes.length];
    requests.push(post(port, person.switchTo(person.turn), { ...person.headers, 'x-tab-id': name }));
  }
  await Promise.all(requests);
  const arrived = Promise.all(times);
  await Promise.race([arrived, sleep(PATIENCE, null, { ref: false })]);
  const lost = watch.giveUp();
  const known = (await arrived).filter((time) => time !== null);
  return {
    p50: percentile(known, 50),
    p99: percentile(known, 99),
    processor: ((processorOf(pids) - processor) * 1e6) / times.length,
    lost,
    sent: times.length * TABS,
  };
}

async function startOurs({ createDatabase, redisUrl }, crowd) {
  const databaseUrl = await createDatabase('push');
  const start = vedfolnir(databaseUrl, redisUrl(0));
  const nodes = await Promise.all([start(), start()]);
  const people = await Promise.all(
    (await seedPeople(databaseUrl, crowd)).map(async ({ cookie, platforms }) => {
      const answer = await fetch(`http://127.0.0.1:${nodes[0].port}/api/session`, { headers: { cookie } });
      const { csrf_token: token } = await answer.json();
      return {
        socket: { extraHeaders: { cookie } },
        headers: { cookie, 'x-csrftoken': token },
        switchTo: (turn) => `/api/switch_platform/${platforms[turn % platforms.length]}`,
      };
    }),
  );
  return { nodes, people };
}

async function startBare({ createDatabase, redisUrl }, crowd) {
  const databaseUrl = await createDatabase('bare');
  const database = createPool(databaseUrl);
  await database.query('CREATE TABLE sessions (user_id INT PRIMARY KEY, platform_id INT NOT NULL)');
  await database.query(`CREATE TABLE platforms (id INT PRIMARY KEY, user_id INT NOT NULL, name VARCHAR(100) NOT NULL,
    platform_type VARCHAR(16) NOT NULL, instance_url VARCHAR(255) NOT NULL, username VARCHAR(255) NOT NULL)`);
  const people = [];
  for (let user = 1; user <= crowd; user++) {
    const platforms = [2 * user, 2 * user + 1];
    await database.query('INSERT INTO sessions VALUES (?, ?)', [user, platforms[0]]);
    for (const id of platforms) {
      const row = [id, user, `My platform ${id}`, 'mastodon', 'https://mastodon.example', `person_${user}`];
      await database.query('INSERT INTO platforms VALUES (?)', [row]);
    }
    const switchTo = (turn) => `/switch/${user}/${platforms[turn % platforms.length]}`;
    people.push({ socket: { auth: { user } }, headers: {}, switchTo });
  }
  await database.end();
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl(3) };
  const nodes = await Promise.all([startPeer('bare-socket-io.mjs', env), startPeer('bare-socket-io.mjs', env)]);
  return { nodes, people };
}

/** @returns the results */
export async function run(services, effort) {
  console.log('Switch to push: starting …');
  const crowd = effort.quick ? QUICK_PEOPLE : PEOPLE;
  const [ours, bare] = await Promise.all([startOurs(services, crowd), startBare(services, crowd)]);
  const contenders = { [OURS]: ours, [PEER]: bare };
  const sockets = [];
  for (const contender of Object.values(contenders)) {
    contender.watch = stopwatch();
    contender.pids = contender.nodes.map(({ pid }) => pid);
    sockets.push(...(await openTabs(contender, contender.watch.note)));
  }
  const warmUpSeconds = effort.quick ? WARM_UP.quickSeconds : WARM_UP.seconds;
  for (const contender of Object.values(contenders)) await measure(contender, WARM_UP.perSecond, warmUpSeconds);
  const parts = [];
  for (const rate of effort.quick ? QUICK_RATES : RATES) {
    const found = await inTurns(contenders, effort.rounds, (each) => measure(each, rate, effort.seconds));
    parts.push({ rate, found });
  }
  for (const socket of sockets) socket.disconnect();
  agent.destroy();
  await Promise.all(Object.values(contenders).flatMap(({ nodes }) => nodes.map(({ stop }) => stop())));
  return {
    text: table(
      ['switch to push', 'p50 ms', 'p99 ms', 'processor µs', 'lost'],
      parts.flatMap(({ rate, found }) => rowsOf(rate, found)),
    ),
    plot: barChart(
      'From the switch to the last of three tabs',
      parts.map(({ rate, found }) => ({ name: `${rate} switches a second, p50`, bars: barsOf(found) })),
    ),
  };
}

const figuresOf = (found, name, figure) => found[name].map((round) => round[figure]);

function rowsOf(rate, found) {
  const sum = (name, figure) => figuresOf(found, name, figure).reduce((total, value) => total + value, 0);
  const times = (figure) => ratio(figuresOf(found, OURS, figure), figuresOf(found, PEER, figure));
  const middle = (name, figure) => median(figuresOf(found, name, figure));
  const row = (name) => [
    `${rate}/s, ${name}`,
    middle(name, 'p50').toFixed(1),
    middle(name, 'p99').toFixed(1),
    middle(name, 'processor').toFixed(0),
    `${sum(name, 'lost')} of ${sum(name, 'sent')}`,
  ];
  const rows = [
    row(OURS),
    row(PEER),
    ['ours/theirs', times('p50').toFixed(2), times('p99').toFixed(2), times('processor').toFixed(2), ''],
  ];
  if (rate === RATES.at(-1)) return rows;
  const reached = [times('p50') <= AIMS.p50, times('p99') <= AIMS.p99];
  return [
    ...rows,
    ['aim', `≤ ${AIMS.p50.toFixed(2)}`, `≤ ${AIMS.p99.toFixed(2)}`, '', 'none'],
    ['', ...reached.map(verdict), '', verdict(sum(OURS, 'lost') === 0)],
  ];
}

function barsOf(found) {
  return [OURS, PEER].map((name) => {
    const value = median(figuresOf(found, name, 'p50'));
    return { name, value, text: `${value.toFixed(1)} ms` };
  });
}
