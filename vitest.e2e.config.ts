import { defineConfig } from 'vitest/config';
import { NATIVE_MODULES } from './test/helpers/native-modules.ts';

/** Files that measure time or memory: nothing runs beside them. */
const ALONE = ['test/e2e/{large,page}.e2e.test.ts'];

const COMMON = {
  ...NATIVE_MODULES,
  globalSetup: ['test/helpers/compile-commands.ts'],
  setupFiles: ['test/helpers/draws.ts'],
  testTimeout: 360_000,
  hookTimeout: 240_000,
};

/** Real servers, each file with its own. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...COMMON,
          name: 'together',
          include: ['test/e2e/**/*.e2e.test.ts'],
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...COMMON, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
