import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test('no document that a person writes or a registry sends ends in a bug, hangs or takes 500 MB', async () => {
  const { seed, status, output } = await fuzz(2, 240_000);
  expect(status, `SEED=${seed}\n${output}`).toBe(0);
}, 250_000);
