/**
 * Runs the schedules `from` to `to` and posts the problem of the first that fails, or null. In a thread of its own: in
 * jest's sandbox each promise and each access to a global costs several times as much.
 */
const { parentPort, workerData } = require('node:worker_threads');
const { transformFileSync } = require('@swc/core');

require.extensions['.ts'] = (module, file) => {
  const jsc = { parser: { syntax: 'typescript' }, target: 'es2022' };
  const { code } = transformFileSync(file, { jsc, module: { type: 'commonjs' }, sourceMaps: 'inline' });
  module._compile(code, file);
};

/** The part that the client uses: Node's own spent a third of the time on signals. */
globalThis.AbortController = class {
  constructor() {
    const listeners = [];
    this.signal = { addEventListener: (_abort, listener) => listeners.push(listener) };
    this.abort = () => {
      for (const listener of listeners.splice(0)) listener();
    };
  }
};

/** Each refusal is an error, and no one reads its stack trace. */
Error.stackTraceLimit = 0;

const { Schedule } = require('./schedule.ts');

async function run({ from, to }) {
  for (let seed = from; seed <= to; seed++) {
    const problem = await new Schedule(seed).run();
    if (problem) return `schedule ${seed}: ${problem}`;
  }
  return null;
}

run(workerData).then((problem) => parentPort.postMessage(problem));
