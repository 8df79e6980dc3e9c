/**
 * `npm run bench`: compares Vedfolnir with its peers, by turns on one machine.
 * `--quick`: short rounds with fewer users; `--only=reads,push`: only the named scenarios; `--plots`: writes the
 * results to docs/plots.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuild, ensurePackages, requireNode } from '../scripts/lib/prepare.mjs';
import { ROOT, refuse, seconds } from '../scripts/lib/run.mjs';
import { ensureBenchPackages } from './lib/install.mjs';

const SCENARIOS = {
  reads: './scenarios/session-read.mjs',
  push: './scenarios/switch-to-push.mjs',
  sockets: './scenarios/sockets.mjs',
  expiry: './scenarios/expiry.mjs',
  posts: './scenarios/posts.mjs',
  publishing: './scenarios/publishing.mjs',
  pages: './scenarios/pages.mjs',
  growth: './scenarios/growth.mjs',
  start: './scenarios/start.mjs',
  cleanup: './scenarios/cleanup.mjs',
  reconcile: './scenarios/reconcile.mjs',
};
/** Long scenarios, skipped by `--quick` unless `--only` names them. */
const LONG = new Set(['expiry', 'cleanup', 'reconcile']);
const PLOTS = join(ROOT, 'docs/plots');

/** Maximum duration of a run, after which it is aborted. */
const LONGEST_MS = 25 * 60_000;
const LONGEST_QUICK_MS = 4 * 60_000;

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, plots: { type: 'boolean' } },
});
const quick = options.quick === true;
const all = Object.keys(SCENARIOS).filter((name) => !quick || !LONG.has(name));
const chosen = options.only?.split(',') ?? all;
if (chosen.some((name) => !(name in SCENARIOS))) refuse(`--only takes of: ${Object.keys(SCENARIOS).join(', ')}`);

requireNode();
await ensurePackages();
await ensureBuild();
await ensureBenchPackages();

// Imported dynamically, because the packages have been installed just now.
const { startServices } = await import('./lib/services.mjs');
const { stopAll } = await import('./lib/processes.mjs');

const started = Date.now();
const longestMs = quick ? LONGEST_QUICK_MS : LONGEST_MS;
setTimeout(() => refuse(`The benchmark was not done after ${longestMs / 1000} s: given up.`), longestMs).unref();
const effort = quick ? { quick, rounds: 2, seconds: 1.5, warmUp: 1 } : { quick, rounds: 5, seconds: 3, warmUp: 3 };
const services = await startServices();
for (const name of chosen) {
  const { run } = await import(SCENARIOS[name]);
  const from = Date.now();
  const { text, plot } = await run(services, effort);
  console.log(`\n${text}\n\n${name}: ${seconds(from)}\n`);
  if (plot && options.plots) {
    mkdirSync(PLOTS, { recursive: true });
    writeFileSync(join(PLOTS, `${name}.svg`), plot);
  }
}
await stopAll();
console.log(`Measured in ${seconds(started)}.`);
