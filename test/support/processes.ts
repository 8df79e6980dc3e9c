/** Child processes and temporary folders of the tests, all of which are gone when the tests are. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
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
  /** All that it has written so far, stdout and stderr as they came. */
  output(): string;
  exited: Promise<Exit>;
  running(): boolean;
  /** SIGTERM (a frozen one is thawed for it), SIGKILL after `graceMs`; null when a signal ended it. */
  stop(graceMs?: number): Promise<number | null>;
  /** kill -9, and gone when this resolves. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface LaunchOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Others depend on it: goes last, and without ceremony, as nobody will read its data again. */
  isService?: boolean;
}

const running = new Map<Managed, LaunchOptions>();
const folders = new Set<string>();
let guard: ChildProcess | null = null;

/** See guard.cjs: an exit handler of our own would not run inside of jest's sandbox. */
function tellGuard(line: string): void {
  if (!guard) {
    // Detached, so that the Ctrl-C that ends the tests does not end their cleaner too.
    const stdio: ['pipe', 'ignore', 'ignore'] = ['pipe', 'ignore', 'ignore'];
    guard = spawn(process.execPath, [join(__dirname, 'guard.cjs')], { stdio, detached: true });
    guard.unref();
    (guard.stdin as unknown as { unref(): void }).unref();
    guard.stdin?.on('error', () => {});
  }
  guard.stdin?.write(`${line}\n`);
}

/** A folder that is removed at the end of the suite. */
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

/**
 * A free port below the range that outgoing connections are given: a client that keeps calling a server that is down
 * could otherwise be given the server's own port, and be connected to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

/** A process that somebody else starts and ends goes at the latest with the tests. */
export function stopWithTests(pid: number): void {
  tellGuard(`+pid ${pid}`);
}

/** Starts a program that does not outlive the tests. */
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
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async (graceMs = 15_000) => {
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      const impatience = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const { code } = await exited;
      clearTimeout(impatience);
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

/** Stops all that was launched and removes the temporary folders. May be called more than once. */
export async function stopAll(): Promise<void> {
  const all = [...running];
  // A server that drains still needs its database.
  await Promise.all(all.map(([each, { isService }]) => !isService && each.stop()));
  await Promise.all(all.map(([each, { isService }]) => isService && each.kill()));
  await Promise.all([...folders].map((each) => rm(each, { recursive: true, force: true, maxRetries: 5 })));
  folders.clear();
  guard?.stdin?.end();
  guard = null;
}
