import { defineConfig } from 'vitest/config';

/** The same properties with many more draws; minutes, not seconds. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    setupFiles: ['test/helpers/draws.ts'],
    testTimeout: 1_800_000,
  },
});
