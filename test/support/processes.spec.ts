import { existsSync } from 'node:fs';
import { eventually } from './eventually';
import { freePort, launch, stopAll, temporaryFolder } from './processes';

const node = (script: string) => launch(process.execPath, ['-e', script]);
const FOREVER = "process.stdout.write('up'); setInterval(() => {}, 1000)";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('processes', () => {
  afterEach(stopAll);

  it('records the output and exit status of a program', async () => {
    const program = node("console.log('out'); console.error('err'); process.exitCode = 3");
    await expect(program.exited).resolves.toEqual({ code: 3, signal: null });
    await eventually(() => expect(program.output()).toMatch(/out\nerr\n|err\nout\n/));
    expect(program.running()).toBe(false);
  });

  it('reports why a missing program did not start', async () => {
    const program = launch('/nowhere/to/be/found', []);
    await expect(program.exited).resolves.toEqual({ code: 127, signal: null });
    expect(program.output()).toContain('ENOENT');
  });

  it('returns the exit code of a program that stops on SIGTERM', async () => {
    const program = node(`process.on('SIGTERM', () => process.exit(7)); ${FOREVER}`);
    await eventually(() => program.output() === 'up');
    await expect(program.stop()).resolves.toBe(7);
  });

  it('stops a frozen program, and one that ignores SIGTERM', async () => {
    const frozen = node(FOREVER);
    const ignoring = node(`process.on('SIGTERM', () => {}); ${FOREVER}`);
    await eventually(() => frozen.output() === 'up' && ignoring.output() === 'up');
    frozen.freeze();
    await expect(Promise.all([frozen.stop(), ignoring.stop(50)])).resolves.toEqual([null, null]);
  });

  it('stops all programs and removes all folders', async () => {
    const program = node(FOREVER);
    const folder = temporaryFolder();
    await stopAll();
    expect(isAlive(program.pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it('picks ports below the range of outgoing connections, none twice, and none of another worker', async () => {
    const ports = await Promise.all(Array.from({ length: 300 }, freePort));
    expect(new Set(ports).size).toBe(ports.length);
    const ranges = new Set(ports.map((port) => Math.floor((port - 20_000) / 1500)));
    expect([...ranges]).toEqual([Number(process.env.JEST_WORKER_ID) % 8]);
  });
});

describe('the guard', () => {
  it('cleans up after a test process that was killed', async () => {
    const owner = node(`
      const { spawn } = require('node:child_process');
      const guard = spawn(process.execPath, [${JSON.stringify(`${__dirname}/guard.cjs`)}], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
      const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      const folder = require('node:fs').mkdtempSync(require('node:os').tmpdir() + '/vedfolnir-');
      guard.stdin.write('+pid ' + orphan.pid + '\\n+dir ' + folder + '\\n', () => console.log(JSON.stringify({ pid: orphan.pid, folder })));
    `);
    const { pid, folder } = await eventually(() => JSON.parse(owner.output()) as { pid: number; folder: string });
    await owner.kill();
    await eventually(() => expect([isAlive(pid), existsSync(folder)]).toEqual([false, false]));
  });
});
