/**
 * Loads suites by Node's own `require`: packages and the product's modules once per worker, the modules of `test/` for
 * each suite. `jest.mock` has no effect here.
 */
const { createRequire } = require('node:module');
const { join, sep } = require('node:path');
const { default: Runtime } = require('jest-runtime');

const TESTS = join(__dirname, '../..') + sep;
const load = createRequire(__filename);
const sourceMaps = new Map();

module.exports = class extends Runtime {
  constructor(...given) {
    super(...given);
    const [, , , transformer] = given;
    for (const file of Object.keys(load.cache)) {
      if (file.startsWith(TESTS) && file !== __filename) delete load.cache[file];
    }
    load.extensions['.ts'] = (module, filename) => {
      const { code, sourceMapPath } = transformer.transform(filename, this._getFullTransformationOptions());
      if (sourceMapPath) sourceMaps.set(filename, sourceMapPath);
      module._compile(code, filename);
    };
  }

  /** Packages get Node's own modules. */
  installGetBuiltinModule() {}

  getSourceMaps() {
    return sourceMaps;
  }

  requireModule(file, ...more) {
    if (!file.startsWith(TESTS)) return super.requireModule(file, ...more);
    globalThis.jest = this.requireModuleOrMock(file, '@jest/globals').jest;
    return load(file);
  }
};
