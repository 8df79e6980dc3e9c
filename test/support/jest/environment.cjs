/**
 * Runs suites in the process's own context, where packages behave as in production, and where each is loaded once per
 * worker instead of once per suite; see runtime.cjs.
 */
const { createContext, runInContext } = require('node:vm');
const { ModuleMocker } = require('jest-mock');
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global = globalThis;
    this.context = createContext(globalThis);
    this.moduleMocker = new ModuleMocker(globalThis);
    this.before = { env: { ...process.env }, exit: process.exit, console: globalThis.console };
  }

  async teardown() {
    const { env, exit, console } = this.before;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    process.exit = exit;
    globalThis.console = console;
    // Jest's own state of the suite, which would else handle the errors of the next ones.
    for (const name of ['EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL']) {
      runInContext(`delete globalThis[Symbol.for('${name}')]`, this.context);
      delete globalThis[Symbol.for(name)];
    }
  }
};
