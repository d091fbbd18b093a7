import { test } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import { proveLanguage } from '../helpers/language-proof.ts';

/** Batches of up to forty draws for each Helm: two minutes; `BATCHES=N` draws for as long as one likes. */
const BATCHES = Number(process.env['BATCHES'] ?? 12);

/** Another at every run, which the names of the tests say; `SEED=N` repeats one. */
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test.each(await testEngines())(
  `the theorem over the language, helm $version, SEED=${SEED}`,
  async (helm) => {
    await proveLanguage(helm, BATCHES, { seed: SEED });
  },
  7_200_000,
);
