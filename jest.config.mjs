/** @type {import('jest').Config} */
export default {
  // Node's; besides, no test may print a secret, or have one printed.
  testEnvironment: '<rootDir>/test/support/printed/environment.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/buffers.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // The sources are ES modules; Jest runs them as CommonJS, which its module registry handles without flags.
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // Tests run in a sandbox that looks every global up; over millions of pixels that was most of the time.
  sandboxInjectedGlobals: ['Math'],
  testTimeout: 30_000,
  // Encoders use every core by themselves; more test processes than cores only add noise.
  maxWorkers: 2,
}
