/** `npm test`: runs all tests, after ensuring packages, services and build. Arguments are passed to jest. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuild, ensurePackages, requireNode } from './lib/prepare.mjs';
import { exitCodeOf, ROOT, tool } from './lib/run.mjs';
import { ensureServices } from './lib/services.mjs';

requireNode();
await ensurePackages();
await ensureServices();
await ensureBuild();

const folder = mkdtempSync(join(tmpdir(), 'vedfolnir-results-'));
const resultFile = join(folder, 'results.json');
const [node, jest] = tool('jest/bin/jest.js');
const args = [jest, '--json', `--outputFile=${resultFile}`, ...process.argv.slice(2)];
const run = spawn(node, args, { cwd: ROOT, stdio: 'inherit' });

// The terminal sends Ctrl-C to jest directly; this script waits for jest to end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => run.kill('SIGTERM'));

run.on('close', (code, signal) => {
  const results = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : null;
  rmSync(folder, { recursive: true, force: true });
  const passed = results?.numPassedTests ?? 0;
  // A suite that could not run has no failed tests, but counts as a failure.
  const failed = (results?.numFailedTests ?? 0) + (results?.numRuntimeErrorTestSuites ?? 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? exitCodeOf(code, signal) || 1 : exitCodeOf(code, signal));
});
