import { defineConfig } from 'vitest/config';
import { NATIVE_MODULES } from './test/helpers/native-modules.ts';

/**
 * As in the unit tests every run draws the same, so that a change that fails is the change's fault; the theorem over the
 * language draws anew by itself. `SEED=random npm run test:long` draws anew everywhere, `SEED=N` repeats that.
 */
const asked = process.env['SEED'];
const seed = asked === 'random' ? String(Math.floor(Math.random() * 2 ** 31)) : asked;

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
    env: { ...(seed !== undefined && { SEED: seed }), DRAWS: 'many' },
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
  },
});
