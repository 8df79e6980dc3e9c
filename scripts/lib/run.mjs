/** Runs commands for the scripts; their output is printed only on failure. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs the entry file of a package's command with node: without a shell, so the path may contain spaces. */
export const tool = (file) => [process.execPath, join(ROOT, 'node_modules', file)];

/** Prints a message and exits with 1. For errors that the user can correct. */
export function refuse(message) {
  console.error(message);
  process.exit(1);
}

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** For a signal, as shells do: 128 plus the signal's number. */
export const exitCodeOf = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0);

/**
 * Runs a command and captures its output.
 * @param command [program, ...args]
 * @param options.progress receives the output so far, returns a description of the progress; printed every 5 s
 * @returns {Promise<{code: number, output: string}>}
 */
export function runQuietly(command, { progress, env } = {}) {
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: ROOT, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const output = () => Buffer.concat(chunks).toString();

  const started = Date.now();
  let said = '';
  const report = () => {
    const now = progress(output());
    console.log(`  ${now === said ? '…' : now} (${seconds(started)} so far)`);
    said = now;
  };
  const ticker = progress && setInterval(report, 5000);
  const interrupted = (signal) => {
    child.kill(signal);
    process.exit(exitCodeOf(null, signal));
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);

  return new Promise((resolve) => {
    const end = (code, extra = '') => {
      clearInterval(ticker);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      resolve({ code, output: output() + extra });
    };
    child.on('error', (error) => end(127, `${error.message}\n`));
    child.on('close', (code, signal) => end(exitCodeOf(code, signal)));
  });
}

/** Runs a command; if it fails, prints its output and exits. @returns the output */
export async function runOrRefuse(what, command, options) {
  const { code, output } = await runQuietly(command, options);
  if (code !== 0) refuse(`${output.trimEnd()}\n\n${what} failed (exit code ${code}). Its output is above.`);
  return output;
}
