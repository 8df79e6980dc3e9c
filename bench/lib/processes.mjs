/** Child processes and temporary folders of the benchmark, all removed when it ends. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf, ROOT } from '../../scripts/lib/run.mjs';

const running = new Set();
let guard = null;

/** The guard process cleans up even after a crash of the benchmark; also used by the tests. */
function tellGuard(line) {
  if (!guard) {
    const stdio = ['pipe', 'ignore', 'ignore'];
    guard = spawn(process.execPath, [join(ROOT, 'test/support/guard.cjs')], { stdio, detached: true });
    guard.unref();
    guard.stdin.unref();
    guard.stdin.on('error', () => {});
  }
  guard.stdin.write(`${line}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => process.exit(exitCodeOf(null, signal)));
}

export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'vedfolnir-bench-'));
  tellGuard(`+dir ${folder}`);
  return folder;
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** From below the range of ephemeral ports, which outgoing connections use. */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

/**
 * Starts a program and waits until it is ready.
 * @param isReady called with the output so far, until it returns a truthy value
 * @returns the value of `isReady`, and a function to stop the program
 */
export async function launch(program, args, { cwd, env, isReady }) {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  if (child.pid) tellGuard(`+pid ${child.pid}`);
  let output = '';
  const note = (chunk) => {
    output += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', note);
  child.stderr.setEncoding('utf8').on('data', note);
  const exited = new Promise((resolve) => {
    child.once('error', (error) => {
      note(error.message);
      resolve();
    });
    child.once('exit', resolve);
  });
  let alive = true;
  exited.then(() => {
    alive = false;
    running.delete(child);
    tellGuard(`-pid ${child.pid}`);
  });
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (!alive) throw new Error(`${program} ${args.join(' ')} ended while starting:\n${output}`);
    if (Date.now() > deadline) throw new Error(`${program} ${args.join(' ')} does not start:\n${output}`);
    const ready = await isReady(output);
    if (ready) return { ready, pid: child.pid, output: () => output, stop: () => end(child, exited) };
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function end(child, exited) {
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(impatience);
}

/** Starts a peer, which prints a line of JSON with its port and prepared data. */
export async function startPeer(file, env, nodeOptions = []) {
  const script = join(ROOT, 'bench/peers', file);
  const isReady = (output) => /^\{.*\}$/m.exec(output)?.[0];
  const peer = await launch(process.execPath, [...nodeOptions, script], {
    cwd: join(ROOT, 'bench'),
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    isReady,
  });
  return { pid: peer.pid, stop: peer.stop, output: peer.output, ...JSON.parse(peer.ready) };
}

/** Processor time used by a process, in seconds; null if the system does not report it. */
export function processorTime(pid) {
  try {
    // After the name, which may hold spaces: state is the 1st field, utime the 12th, stime the 13th; in 1/100 s.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}

export async function stopAll() {
  for (const child of running) child.kill('SIGKILL');
  guard?.stdin.end();
  guard = null;
}
