/**
 * `npm run check`: format, lint, import cycles, types, unit tests, size of a page and public interface. Stops at the
 * first failure.
 */
import { ensureBuild, ensurePackages, requireNode } from './lib/prepare.mjs';
import { runQuietly, seconds, tool } from './lib/run.mjs';
import { checkSizes } from './lib/size.mjs';

requireNode();
await ensurePackages();

const tsc = tool('typescript/bin/tsc');
const steps = [
  ['format, lint, import cycles', [...tool('@biomejs/biome/bin/biome'), 'check']],
  ['types of the server and the tests', [...tsc, '--noEmit', '--project', 'tsconfig.json']],
  ['types of the client', [...tsc, '--noEmit', '--project', 'client/tsconfig.json']],
];
// For callers that run `npm test` afterwards, which includes the unit tests.
if (!process.argv.includes('--no-tests')) {
  steps.push(['unit tests', [...tool('jest/bin/jest.js'), '--selectProjects', 'unit']]);
}

for (const [name, command] of steps) {
  const started = Date.now();
  report(name, started, await runQuietly(command));
}
await ensureBuild();
let started = Date.now();
const sizes = checkSizes();
report(`size of what a page loads: ${sizes.output}`, started, sizes);
started = Date.now();
// Imported dynamically, because the packages may have been installed just now.
const { checkApi } = await import('./lib/api-report.mjs');
report('public interface as in docs/api', started, checkApi());

function report(name, since, { code, output }) {
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds(since)})`);
  if (code === 0) return;
  console.error(output.trimEnd());
  process.exit(code);
}
