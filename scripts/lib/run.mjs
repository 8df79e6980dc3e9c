/** Runs commands for the scripts: quiet while all is well, everything on the table when it is not. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The entry file of an installed package's command, run by node itself: no shell, so a space in the path is no matter. */
export const tool = (file) => [process.execPath, join(ROOT, 'node_modules', file)];

/** Prints why and ends. For what the person can put right. */
export function refuse(message) {
  console.error(message);
  process.exit(1);
}

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** The shell's convention: 128 and the signal's number. */
export const exitCodeOf = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0);

/**
 * Runs a command with its output held back.
 * @param command [program, ...args]
 * @param options.progress prints a line every 5 s while it runs; gets the output so far, says what is going on
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

/** Runs a command quietly and ends the script, with all that it said, when it fails. */
export async function runOrRefuse(what, command, options) {
  const { code, output } = await runQuietly(command, options);
  if (code !== 0) refuse(`${output.trimEnd()}\n\n${what} failed (exit code ${code}). Its output is above.`);
  return output;
}
