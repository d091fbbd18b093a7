import { expect, test } from 'vitest';
import { fuzz } from '../fuzz/fuzz.ts';

/** Documents of each kind; `FUZZ=N` reads as many as one likes. */
const RUNS = Number(process.env['FUZZ'] ?? 150);

test('nor does any of some thousands', async () => {
  const { seed, status, output } = await fuzz(RUNS, 3_500_000);
  expect(status, `SEED=${seed}\n${output}`).toBe(0);
}, 3_600_000);
