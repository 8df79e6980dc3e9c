/** Idle sockets, each of a separate session: memory, time to connect, and recovery after one of two nodes is killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inTurns, median, percentile, ratio, table, verdict } from '../lib/figures.mjs';
import { MEMORY_OPTIONS, memoryOf } from '../lib/memory.mjs';
import { seedPeople } from '../lib/people.mjs';
import { barChart } from '../lib/plot.mjs';
import { processorTime, startPeer } from '../lib/processes.mjs';
import { countStatements } from '../lib/statements.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';
import { closeSockets, openSocket, openSockets } from '../lib/web-sockets.mjs';

const OURS = 'Vedfolnir';
const PEER = 'Socket.IO, bare';
/** Ping interval of both servers: pings are most of the cost of an idle socket. */
const PING_SECONDS = 6;
/** Sockets being opened concurrently. */
const AT_ONCE = 100;
/** Sockets of the node that is killed; not measured by `--quick`. */
const CROWD = 5000;
/** Maximum random delay before a reconnect, as in the client. */
const RECONNECT_JITTER_MS = 1000;
/** Maximum ratios of our figures to theirs. */
const AIMS = { bytes: 1.5, connectMs: 2, idle: 1.2 };

let runs = 0;

async function startOurs({ createDatabase, redisUrl }, count, nodes = 1) {
  const databaseUrl = await createDatabase(`sockets_${runs++}`);
  const start = vedfolnir(databaseUrl, redisUrl(0), MEMORY_OPTIONS);
  const started = await Promise.all(Array.from({ length: nodes }, start));
  const people = await seedPeople(databaseUrl, count);
  const open = (index, port) =>
    openSocket(port, { headers: { cookie: people[index].cookie }, readyAt: 'session:state' });
  return { databaseUrl, nodes: started, open };
}

async function startBare({ createDatabase, redisUrl }) {
  const databaseUrl = await createDatabase(`bare_sockets_${runs++}`);
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl(3) };
  const node = await startPeer('bare-socket-io.mjs', env, MEMORY_OPTIONS);
  return { databaseUrl, nodes: [node], open: (index, port) => openSocket(port, { auth: { user: index } }) };
}

async function measure(start, count, idleSeconds) {
  const { databaseUrl, nodes, open } = await start();
  const [node] = nodes;
  const statements = await countStatements(databaseUrl);
  await sleep(1000);
  const before = { memory: await memoryOf(node), processor: processorTime(node.pid), asked: await statements.read() };
  const started = performance.now();
  const sockets = await openSockets(count, AT_ONCE, (index) => open(index, node.port));
  const connectMs = performance.now() - started;
  const connectProcessor = processorTime(node.pid) - before.processor;
  const asked = (await statements.read()) - before.asked;
  const { held } = await memoryOf(node);
  const idleFrom = [processorTime(node.pid), performance.now()];
  await sleep(idleSeconds * 1000);
  const idle = (processorTime(node.pid) - idleFrom[0]) / ((performance.now() - idleFrom[1]) / 1000);
  closeSockets(sockets);
  await statements.end();
  await node.stop();
  return {
    bytes: (held - before.memory.held) / count,
    connectMs,
    connectProcessor: (connectProcessor * 1e6) / count,
    statements: asked / count,
    idle: idle * 1000,
  };
}

/** Kills one of two nodes; measures until each of its clients has the state on the other one. */
async function killNode(services, count) {
  const { databaseUrl, nodes, open } = await startOurs(services, count, 2);
  const [doomed, other] = nodes;
  const sockets = await openSockets(count, AT_ONCE, (index) => open(index, doomed.port));
  const statements = await countStatements(databaseUrl);
  const asked = await statements.read();
  const killed = performance.now();
  const times = Promise.all(
    sockets.map(async (socket, index) => {
      await new Promise((resolve) => socket.once('close', resolve));
      await sleep(Math.random() * RECONNECT_JITTER_MS);
      sockets[index] = await open(index, other.port);
      return performance.now() - killed;
    }),
  );
  process.kill(doomed.pid, 'SIGKILL');
  const all = await times;
  const sent = (await statements.read()) - asked;
  closeSockets(sockets);
  await statements.end();
  await other.stop();
  return {
    p50: percentile(all, 50),
    most: Math.max(...all),
    statements: sent,
    perSecond: sent / (Math.max(...all) / 1000),
  };
}

async function recovery(services) {
  console.log(`  a node with ${CROWD} sockets is killed`);
  const { p50, most, statements, perSecond } = await killNode(services, CROWD);
  return (
    `A node with ${CROWD} sockets killed: the state again on the other node after p50 ${p50.toFixed(0)} ms, ` +
    `the last after ${most.toFixed(0)} ms; ${statements} statements, ${perSecond.toFixed(0)}/s.`
  );
}

/** @returns the results */
export async function run(services, { quick }) {
  const count = quick ? 500 : 10_000;
  console.log(`${count} sockets: starting …`);
  const contenders = { [OURS]: () => startOurs(services, count), [PEER]: () => startBare(services) };
  const found = await inTurns(contenders, 1, (start) => measure(start, count, quick ? PING_SECONDS : 3 * PING_SECONDS));
  const crowdText = quick ? '' : `\n\n${await recovery(services)}`;

  const all = (name, figure) => found[name].map((round) => round[figure]);
  const middle = (name, figure) => median(all(name, figure));
  const row = (name) => [
    name,
    (middle(name, 'bytes') / 1024).toFixed(1),
    (middle(name, 'connectMs') / 1000).toFixed(1),
    middle(name, 'connectProcessor').toFixed(0),
    middle(name, 'statements').toFixed(2),
    middle(name, 'idle').toFixed(0),
  ];
  const times = Object.fromEntries(
    Object.keys(AIMS).map((figure) => [figure, ratio(all(OURS, figure), all(PEER, figure))]),
  );
  const shown = (of) => ['bytes', 'connectMs', null, null, 'idle'].map((figure) => (figure ? of(figure) : ''));
  const rows = [
    row(OURS),
    row(PEER),
    ['ours/theirs', ...shown((figure) => times[figure].toFixed(2))],
    ['aim', ...shown((figure) => `≤ ${AIMS[figure].toFixed(2)}`)],
    ['', ...shown((figure) => verdict(times[figure] <= AIMS[figure]))],
  ];
  const head = [`${count} idle sockets`, 'KB each', 'connecting s', 'µs each', 'statements each', 'idle ms/s'];
  const bars = (figure, text) =>
    [OURS, PEER].map((name) => ({ name, value: middle(name, figure), text: text(middle(name, figure)) }));
  return {
    text: `${table(head, rows)}${crowdText}`,
    plot: barChart(`${count} idle sockets on one node`, [
      { name: 'memory of each', bars: bars('bytes', (value) => `${(value / 1024).toFixed(1)} KB`) },
      { name: 'connecting them all', bars: bars('connectMs', (value) => `${(value / 1000).toFixed(1)} s`) },
      { name: 'processor while idle', bars: bars('idle', (value) => `${value.toFixed(0)} ms/s`) },
    ]),
  };
}
