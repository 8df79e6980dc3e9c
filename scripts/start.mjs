/** `npm start`: installs packages and builds if needed, then runs the server until Ctrl-C. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuild, ensurePackages, requireNode } from './lib/prepare.mjs';
import { exitCodeOf, ROOT } from './lib/run.mjs';

requireNode();
await ensurePackages();
await ensureBuild();

/** Under npm one Ctrl-C sends two signals, from the terminal and from npm; a second Ctrl-C comes later than this. */
const SAME_SIGNAL_MS = 2000;

// A separate process group, so that the terminal's Ctrl-C reaches the server only through this script, once.
const server = spawn(
  process.execPath,
  ['--require', join(ROOT, 'scripts/lib/leave-with-parent.cjs'), join(ROOT, 'dist/src/app/main.js')],
  { cwd: ROOT, stdio: ['inherit', 'inherit', 'inherit', 'ipc'], detached: true },
);

let asked = null;
function forward(signal) {
  if (!asked) {
    asked = { signal, at: Date.now() };
    server.kill(signal);
  } else if (Date.now() - asked.at > SAME_SIGNAL_MS) {
    console.error('Asked again: stopping without waiting.');
    server.kill('SIGKILL');
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);

// npm runs this script in a shell that does not forward SIGTERM; the only sign of it is a changed parent process.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && !asked && forward('SIGTERM'), 250).unref();
}

server.on('error', (error) => {
  console.error(`The server could not be started: ${error.message}`);
  process.exit(1);
});
server.on('exit', (code, signal) => process.exit(signal && signal === asked?.signal ? 0 : exitCodeOf(code, signal)));
