/** `npm run check`: format, lint, import cycles, types and unit tests, quickest first, until one fails. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages, requireNode } from './lib/prepare.mjs';
import { ROOT, runQuietly, seconds, tool } from './lib/run.mjs';

requireNode();
await ensurePackages();

const tsc = tool('typescript/bin/tsc');
const steps = [
  ['format, lint, import cycles', [...tool('@biomejs/biome/bin/biome'), 'check']],
  ['types of the server and the tests', [...tsc, '--noEmit', '--project', 'tsconfig.json']],
  ['types of the client', [...tsc, '--noEmit', '--project', 'client/tsconfig.json'], 'client/tsconfig.json'],
  ['unit tests', [...tool('jest/bin/jest.js'), '--selectProjects', 'unit']],
];

for (const [name, command, onlyWith] of steps) {
  if (onlyWith && !existsSync(join(ROOT, onlyWith))) continue;
  const started = Date.now();
  const { code, output } = await runQuietly(command);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds(started)})`);
  if (code !== 0) {
    console.error(output.trimEnd());
    process.exit(code);
  }
}
