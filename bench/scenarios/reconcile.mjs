/** Cost of detecting lost pushes without clients and with 10,000 users, and the time until they are repaired. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { io } from 'socket.io-client';
import { percentile, table } from '../lib/figures.mjs';
import { seedPeople } from '../lib/people.mjs';
import { processorTime } from '../lib/processes.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';

const PEOPLE = 10_000;
/** Sockets being opened concurrently. */
const AT_ONCE = 100;
const LOST = 1_000;
const WATCHED_SECONDS = 20;
const PATIENCE = 15_000;

const questions = async (database) => Number((await database.query("SHOW GLOBAL STATUS LIKE 'Questions'"))[0][0].Value);

async function idle(database, node) {
  const before = [await questions(database), processorTime(node.pid), performance.now()];
  await sleep(WATCHED_SECONDS * 1000);
  const seconds = (performance.now() - before[2]) / 1000;
  // Without the benchmark's own statements.
  const statements = (await questions(database)) - before[0] - 1;
  return { statements: statements / seconds, processor: ((processorTime(node.pid) - before[1]) * 1000) / seconds };
}

async function openAll(node, people) {
  const sockets = [];
  const waiting = people.entries();
  const open = async () => {
    for (const [index, { cookie }] of waiting) {
      const options = { transports: ['websocket'], forceNew: true, extraHeaders: { cookie } };
      const socket = io(`http://127.0.0.1:${node.port}`, options);
      await once(socket, 'session:state');
      sockets[index] = socket;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, open));
  return sockets;
}

/** Changes rows without sending messages, as if the messages had been lost. */
async function loseChanges(database, people, sockets) {
  const ids = people.slice(0, LOST).map(({ id }) => id);
  const heard = [];
  const started = performance.now();
  const all = Promise.all(
    sockets.slice(0, LOST).map(async (socket) => {
      await once(socket, 'session:state');
      heard.push(performance.now() - started);
    }),
  );
  await database.query('UPDATE vedfolnir_users SET revision = revision + 1, changed_at = NOW(3) WHERE id IN (?)', [
    ids,
  ]);
  await Promise.race([all, sleep(PATIENCE, null, { ref: false })]);
  return heard;
}

/** @returns the results */
export async function run({ createDatabase, redisUrl }) {
  console.log(`Finding lost pushes among ${PEOPLE} people: starting …`);
  const databaseUrl = await createDatabase('reconcile');
  const database = await createConnection({ uri: databaseUrl, timezone: 'Z' });
  const node = await vedfolnir(databaseUrl, redisUrl(0))();
  const people = await seedPeople(databaseUrl, PEOPLE);
  console.log('  people are there');
  // Recent changes are checked for another ten seconds.
  await sleep(11_000);
  const nobody = await idle(database, node);
  const sockets = await openAll(node, people);
  console.log('  tabs are open');
  await sleep(11_000);
  const everybody = await idle(database, node);
  const heard = await loseChanges(database, people, sockets);
  for (const socket of sockets) socket.disconnect();
  await database.end();
  await node.stop();

  const row = (name, { statements, processor }) => [name, statements.toFixed(1), processor.toFixed(1)];
  const rows = [row('nobody connected', nobody), row(`${PEOPLE} people connected`, everybody)];
  const text = table(['one node, nothing happening', 'statements/s', 'processor ms/s'], rows);
  const times = [50, 99, 100].map((percent) => `p${percent} ${percentile(heard, percent).toFixed(0)} ms`).join(', ');
  const mended = `${heard.length} of ${LOST} people whose pushes were lost had the state again after: ${times}.`;
  return { text: `${text}\n\n${mended}` };
}
