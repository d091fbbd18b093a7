import { defineConfig } from 'vitest/config';
import { NATIVE_MODULES } from './test/helpers/native-modules.ts';

/** Real servers: one file at a time, they share the machine. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.test.ts'],
    fileParallelism: false,
    ...NATIVE_MODULES,
    globalSetup: ['test/helpers/compile-commands.ts'],
    setupFiles: ['test/helpers/draws.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
