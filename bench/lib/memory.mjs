/** Measures the memory of a process after a garbage collection. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../scripts/lib/run.mjs';

/** Options of `node` for a process to measure. */
export const MEMORY_OPTIONS = ['--expose-gc', '--require', join(ROOT, 'bench/lib/memory-probe.cjs')];

const reports = ({ output }) => output().match(/^memory .*$/gm) ?? [];

/** @returns {Promise<{held: number, rss: number}>} bytes; `held` includes the heap and external memory */
export async function memoryOf(node) {
  const known = reports(node).length;
  process.kill(node.pid, 'SIGUSR2');
  while (reports(node).length === known) await sleep(20);
  const { heapUsed, external, rss } = JSON.parse(reports(node).at(-1).slice('memory '.length));
  return { held: heapUsed + external, rss };
}
