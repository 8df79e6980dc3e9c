/**
 * Runs as a separate process. When the test process ends in any way (Ctrl-C, a crash, a worker killed by jest), the
 * pipe between them closes, and this process stops the registered processes and removes the registered folders.
 * Lines on stdin: `+pid 12`, `-pid 12`, `+dir /tmp/x`.
 */
const { rmSync } = require('node:fs');
const { createInterface } = require('node:readline');

const pids = new Set();
const folders = new Set();
const orders = {
  '+pid': (pid) => pids.add(Number(pid)),
  '-pid': (pid) => pids.delete(Number(pid)),
  '+dir': (folder) => folders.add(folder),
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => orders[line.slice(0, 4)]?.(line.slice(5)));
lines.on('close', () => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has already ended.
    }
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});
