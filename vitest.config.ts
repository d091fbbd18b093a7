import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { NATIVE_MODULES } from './test/helpers/native-modules.ts';

/** Files that have modules of their own: they put others in the place of some, or register words as secrets. */
const APART = [
  'test/io/lock.test.ts',
  'test/oci/layout.test.ts',
  'test/properties/language-finds.test.ts',
  'test/publish/{broken-archive,prepare}.test.ts',
  'test/secrets/secrets.test.ts',
];

const COMMON = {
  globalSetup: ['test/helpers/compile-commands.ts'],
  setupFiles: ['test/helpers/draws.ts'],
  // Nothing waits for these: a test that hangs ends, and a busy machine fails none.
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    // Half of the time is spent waiting: for processes, and for time to pass.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    projects: [
      {
        test: {
          ...COMMON,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/long/**', ...APART],
          // A module is loaded, and this project built, once for all the files that a worker runs.
          isolate: false,
          ...NATIVE_MODULES,
        },
      },
      { test: { ...COMMON, name: 'apart', include: APART } },
    ],
  },
});
