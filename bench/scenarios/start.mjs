/** Time from the start of the built server to its first answer, and its memory when idle. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inTurns, median, ratio, table } from '../lib/figures.mjs';
import { MEMORY_OPTIONS, memoryOf } from '../lib/memory.mjs';
import { barChart } from '../lib/plot.mjs';
import { startPeer } from '../lib/processes.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';

const OURS = 'Vedfolnir';
const PEER = 'Nest on Fastify, bare';
/** Time for timers and pools to become idle. */
const REST_MS = 2000;

async function measure({ start, urlOf }) {
  const started = performance.now();
  const node = await start();
  await (await fetch(urlOf(node))).text();
  const firstAnswerMs = performance.now() - started;
  await sleep(REST_MS);
  const { rss, held } = await memoryOf(node);
  await node.stop();
  return { firstAnswerMs, rss: rss / 2 ** 20, held: held / 2 ** 20 };
}

/** @returns the results */
export async function run({ createDatabase, redisUrl }, { quick }) {
  console.log('Start: starting …');
  // The warm-up round creates the tables.
  const start = vedfolnir(await createDatabase('start'), redisUrl(0), MEMORY_OPTIONS);
  const contenders = {
    [OURS]: { start, urlOf: ({ port }) => `http://127.0.0.1:${port}/health/ready` },
    [PEER]: { start: () => startPeer('bare-nest.mjs', { STATE: '{}' }, MEMORY_OPTIONS), urlOf: ({ url }) => url },
  };
  for (const each of Object.values(contenders)) await measure(each);
  const found = await inTurns(contenders, quick ? 1 : 3, measure);
  const all = (name, figure) => found[name].map((round) => round[figure]);
  const middle = (name, figure) => median(all(name, figure));
  const figures = ['firstAnswerMs', 'rss', 'held'];
  const rows = [OURS, PEER].map((name) => [name, ...figures.map((figure) => middle(name, figure).toFixed(0))]);
  rows.push(['ours/theirs', ...figures.map((figure) => ratio(all(OURS, figure), all(PEER, figure)).toFixed(2))]);
  const bars = (figure, unit) =>
    [OURS, PEER].map((name) => ({
      name,
      value: middle(name, figure),
      text: `${middle(name, figure).toFixed(0)} ${unit}`,
    }));
  return {
    text: table(['start', 'first answer ms', 'resident MB', 'heap MB'], rows),
    plot: barChart('Start and rest', [
      { name: 'until the first answer', bars: bars('firstAnswerMs', 'ms') },
      { name: 'resident memory at rest', bars: bars('rss', 'MB') },
    ]),
  };
}
