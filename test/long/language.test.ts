import { test } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import { proveLanguage } from '../helpers/language-proof.ts';

/** Batches of up to forty draws for each Helm: two minutes; `BATCHES=N` draws for as long as one likes. */
const BATCHES = Number(process.env['BATCHES'] ?? 12);

test.each(await testEngines())(
  'the theorem over the language, helm $version',
  async (helm) => {
    await proveLanguage(helm, BATCHES);
  },
  7_200_000,
);
