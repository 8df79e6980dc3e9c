/**
 * `npm test`: runs all tests, after ensuring packages, services and build. Arguments are passed to jest. Without any, the
 * few files that failed are run once more, alone: those that pass then are named, as a test that fails under load is a
 * fault to be mended.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureBuild, ensurePackages, requireNode } from './lib/prepare.mjs';
import { exitCodeOf, ROOT, tool } from './lib/run.mjs';
import { ensureServices } from './lib/services.mjs';

/** More failures than this are no matter of load. */
const MAX_FILES_RUN_AGAIN = 4;

requireNode();
await ensurePackages();
await ensureServices();
await ensureBuild();

// The terminal sends Ctrl-C to jest directly; this script waits for jest to end.
process.on('SIGINT', () => {});

/** @returns jest's exit code, and its results; null if there are none */
async function jest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'vedfolnir-results-'));
  const file = join(folder, 'results.json');
  const [node, script] = tool('jest/bin/jest.js');
  const run = spawn(node, [script, '--json', `--outputFile=${file}`, ...args], { cwd: ROOT, stdio: 'inherit' });
  const stop = () => run.kill('SIGTERM');
  process.on('SIGTERM', stop);
  const code = await new Promise((resolve) => run.on('close', (code, signal) => resolve(exitCodeOf(code, signal))));
  process.off('SIGTERM', stop);
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  rmSync(folder, { recursive: true, force: true });
  return { code, results };
}

// A file that could not run has no failed tests, but counts as a failure; so does a run without results.
const failuresOf = (results) => (results ? results.numFailedTests + results.numRuntimeErrorTestSuites : 1);
const failedFilesOf = (results) => (results?.testResults ?? []).filter(({ status }) => status === 'failed');
const passedIn = (files) =>
  files.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'passed').length;

const args = process.argv.slice(2);
let { code, results } = await jest(args);
let passed = results?.numPassedTests ?? 0;
const failedFiles = failedFilesOf(results);
if (args.length === 0 && failedFiles.length > 0 && failedFiles.length <= MAX_FILES_RUN_AGAIN) {
  passed -= passedIn(failedFiles);
  ({ code, results } = await jest(['--maxWorkers=1', '--runTestsByPath', ...failedFiles.map(({ name }) => name)]));
  passed += results?.numPassedTests ?? 0;
  const passing = (results?.testResults ?? []).filter(({ status }) => status === 'passed');
  for (const { name } of passing) console.log(`Failed beside others, and passed alone: ${relative(ROOT, name)}`);
}
const failed = failuresOf(results);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? code || 1 : code);
