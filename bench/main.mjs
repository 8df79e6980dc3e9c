/**
 * `npm run bench`: Vedfolnir beside its peers, in turns on one machine.
 * `--quick` takes two short rounds; `--only=reads`, `push`, `cleanup` or `reconcile` runs that scenario
 * alone, the last two only so.
 */
import { parseArgs } from 'node:util';
import { ensureBuild, ensurePackages, requireNode } from '../scripts/lib/prepare.mjs';
import { refuse, seconds } from '../scripts/lib/run.mjs';
import { ensureBenchPackages } from './lib/install.mjs';

const SCENARIOS = { reads: './scenarios/session-read.mjs', push: './scenarios/switch-to-push.mjs' };
/** Ours alone, with nobody beside it: only when asked for. */
const ALONE = { cleanup: './scenarios/cleanup.mjs', reconcile: './scenarios/reconcile.mjs' };

/** The whole run ends by then, with what it has or without; ms. */
const LONGEST = 290_000;

const { values: options } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } });
const known = { ...SCENARIOS, ...ALONE };
if (options.only && !(options.only in known)) refuse(`--only takes one of: ${Object.keys(known).join(', ')}`);

requireNode();
await ensurePackages();
await ensureBuild();
await ensureBenchPackages();

// Only now are the packages there that these import.
const { startServices } = await import('./lib/services.mjs');
const { stopAll } = await import('./lib/processes.mjs');

const started = Date.now();
setTimeout(() => refuse(`The benchmark was not done after ${LONGEST / 1000} s: given up.`), LONGEST).unref();
const effort = options.quick ? { rounds: 2, seconds: 2, warmUp: 1 } : { rounds: 5, seconds: 4, warmUp: 3 };
const services = await startServices();
for (const file of options.only ? [known[options.only]] : Object.values(SCENARIOS)) {
  const { run } = await import(file);
  console.log(await run(services, effort));
}
await stopAll();
console.log(`Measured in ${seconds(started)}.`);
