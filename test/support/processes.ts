/** Child processes and temporary folders of the tests, all removed at their end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Managed {
  pid: number;
  /** Output so far, stdout and stderr interleaved. */
  output(): string;
  exited: Promise<Exit>;
  running(): boolean;
  /**
   * Sends SIGTERM (thawing a frozen process), SIGKILL after `graceMs`.
   * @returns the exit code; null when a signal ended it
   */
  stop(graceMs?: number): Promise<number | null>;
  /** Sends SIGKILL; resolves when the process has ended. */
  kill(): Promise<void>;
  /** Sends SIGSTOP; returns when the process has stopped. */
  freeze(): void;
  thaw(): void;
}

export interface LaunchOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Other processes depend on it: killed last, without a graceful stop, as its data is no longer needed. */
  isService?: boolean;
}

const running = new Map<Managed, LaunchOptions>();
const folders = new Set<string>();
let guard: ChildProcess | null = null;

/** See guard.cjs: an exit handler of ours would not run when jest kills its worker. */
function tellGuard(line: string): void {
  if (!guard) {
    // Detached, so that Ctrl-C does not end the guard together with the tests.
    const stdio: ['pipe', 'ignore', 'ignore'] = ['pipe', 'ignore', 'ignore'];
    guard = spawn(process.execPath, [join(__dirname, 'guard.cjs')], { stdio, detached: true });
    guard.unref();
    (guard.stdin as unknown as { unref(): void }).unref();
    guard.stdin?.on('error', () => {});
  }
  guard.stdin?.write(`${line}\n`);
}

/** Creates a folder that is removed at the end of the suite. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vedfolnir-'));
  folders.add(folder);
  tellGuard(`+dir ${folder}`);
  return folder;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Ports are bound some time after they were found free, so each of jest's workers has its own. */
const PORTS_EACH = 1500;
const FIRST_PORT = 20_000 + (Number(process.env.JEST_WORKER_ID ?? 0) % 8) * PORTS_EACH;
let nextPort = Math.floor(Math.random() * PORTS_EACH);

/**
 * A free port, in a suite none twice. Below the range of outgoing connections: a client that keeps connecting to a
 * stopped server could otherwise get the server's own port and connect to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + (nextPort++ % PORTS_EACH);
    if (await isFree(port)) return port;
  }
}

/** Stops a process that something else started, at the latest when the tests end. */
export function stopWithTests(pid: number): void {
  tellGuard(`+pid ${pid}`);
}

/** On a busy machine its threads go on until the signal is handled. Returns at once where there is no /proc. */
function waitUntilStopped(pid: number): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + 10_000;
  while (threadsOf(pid).some((thread) => !/\) [TtZX] /.test(thread)) && performance.now() < deadline) {
    Atomics.wait(pause, 0, 0, 1);
  }
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((id) => readFileSync(`/proc/${pid}/task/${id}/stat`, 'latin1'));
  } catch {
    return [];
  }
}

/** Starts a program that is stopped with the tests. */
export function launch(program: string, args: string[], options: LaunchOptions = {}): Managed {
  const { cwd, env } = options;
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  const pid = child.pid ?? 0;
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      chunks.push(error.message);
      resolve({ code: 127, signal: null });
    });
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const process: Managed = {
    pid,
    output: () => chunks.join(''),
    exited,
    running: () => running.has(process),
    freeze: () => {
      child.kill('SIGSTOP');
      waitUntilStopped(pid);
    },
    thaw: () => void child.kill('SIGCONT'),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async (graceMs = 30_000) => {
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      const killTimer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const { code } = await exited;
      clearTimeout(killTimer);
      return code;
    },
  };
  running.set(process, options);
  if (pid > 0) tellGuard(`+pid ${pid}`);
  void exited.then(() => {
    running.delete(process);
    tellGuard(`-pid ${pid}`);
  });
  return process;
}

/** Stops all launched programs and removes the temporary folders. May be called more than once. */
export async function stopAll(): Promise<void> {
  const all = [...running];
  // Services last: a draining server still needs its database.
  await Promise.all(all.map(([each, { isService }]) => !isService && each.stop()));
  await Promise.all(all.map(([each, { isService }]) => isService && each.kill()));
  await Promise.all([...folders].map((each) => rm(each, { recursive: true, force: true, maxRetries: 5 })));
  folders.clear();
  guard?.stdin?.end();
  guard = null;
}
