/** Random lives of a browser with the client's core; see `Schedule`. A failure names its seed and its scenario. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FULL } from '../support/scale';

const RUNNER = join(__dirname, '../../client/core/testing/schedules.worker.cjs');
/** The long form takes one to two minutes on two cores. */
const SCHEDULES = FULL ? 100_000 : 3_000;
const THREADS = 2;
/** Enough for the long form in parallel with all other suites on a slow machine. */
const LIMIT_MS = 900_000;

async function run(from: number, to: number): Promise<string | null> {
  const worker = new Worker(RUNNER, { workerData: { from, to } });
  const [problem] = (await once(worker, 'message')) as [string | null];
  await worker.terminate();
  return problem;
}

it(
  `${SCHEDULES} schedules of drops, doubles, reorders, freezes and dead leaders end with every tab at the server's state`,
  async () => {
    const share = SCHEDULES / THREADS;
    const shares = Array.from({ length: THREADS }, (_, index) => run(index * share + 1, (index + 1) * share));
    expect(await Promise.all(shares)).toEqual(shares.map(() => null));
  },
  LIMIT_MS,
);
