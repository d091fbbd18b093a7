import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/long/**'],
    setupFiles: ['test/helpers/draws.ts'],
    testTimeout: 30_000,
  },
});
