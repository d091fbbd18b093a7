import { defineConfig } from 'vitest/config';
import { NATIVE_MODULES } from './test/helpers/native-modules.ts';

/** Drawn anew at every run; `SEED=N npm run test:long` repeats one. */
const seed = process.env['SEED'] ?? String(Math.floor(Math.random() * 2 ** 31));

/** Files of the unit tests that draw more here, ask every Helm, or read every real manifest. */
const MORE = [
  'check/images',
  'cli/secrets',
  'helpers/schema-arbitrary',
  'infer/*',
  'kubernetes/schema',
  'manifest/{canonical,lazy-document,quick,read-as-helm,refuse,write-yaml}',
  'oci/{copy,hostile,kinds}',
  'properties/{bindings-alive,kubernetes-models,language-cases,platforms}',
  'publish/malformed-registry',
];

/** What is heavy by nature: properties with many more draws, whole machines, every Node. Minutes, not seconds. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts', ...MORE.map((file) => `test/${file}.test.ts`)],
    // Half of the time is spent waiting for processes.
    maxWorkers: '100%',
    ...NATIVE_MODULES,
    globalSetup: ['test/helpers/compile-commands.ts', 'test/helpers/say-seed.ts'],
    setupFiles: ['test/helpers/draws.ts'],
    env: { SEED: seed, DRAWS: 'many' },
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
  },
});
