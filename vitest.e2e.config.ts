import { defineConfig } from 'vitest/config';

/** Real servers: one file at a time, they share the machine. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.test.ts'],
    fileParallelism: false,
    setupFiles: ['test/helpers/draws.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
