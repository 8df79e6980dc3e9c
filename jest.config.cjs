/**
 * Packages that ship ESM only: jest runs CommonJS,
 * so they are translated like our own sources.
 */
const ESM_PACKAGES = [
  '@nestjs',
  'cookie',
  'content-disposition',
  'eta',
  '@lit',
  '@lit-labs',
  'lit',
  'lit-element',
  'lit-html',
];

const common = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.[cm]?[tj]s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${ESM_PACKAGES.join('|')})/)`],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

/** One MariaDB and one Redis for the whole run, and nothing left behind by a suite. Unit tests do without. */
const withServices = {
  testEnvironment: '<rootDir>/test/support/jest/environment.cjs',
  runtime: '<rootDir>/test/support/jest/runtime.cjs',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/leave-nothing-behind.ts'],
};

module.exports = {
  // Suites start servers and databases of their own: more at once starve each other on two cores, fewer leave them idle.
  maxWorkers: 4,
  // Unit suites leave their modules in the worker, and one with more than a gigabyte takes so long to end that
  // jest says it had to be forced.
  workerIdleMemoryLimit: '800MB',
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  testTimeout: 180_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,client,test/unit,test/support}/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.integration\\.spec\\.ts$'],
    },
    {
      ...common,
      ...withServices,
      displayName: 'integration',
      testMatch: [
        '<rootDir>/test/{integration,faults,hostile,attacks,host}/**/*.spec.ts',
        '<rootDir>/test/support/**/*.integration.spec.ts',
      ],
    },
    {
      ...common,
      ...withServices,
      displayName: 'browser',
      testMatch: ['<rootDir>/test/browser/**/*.browser.spec.ts'],
    },
  ],
};
