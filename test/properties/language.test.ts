import { expect, test } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import { COMBINATIONS } from '../helpers/language.ts';
import { proveLanguage } from '../helpers/language-proof.ts';

/**
 * The theorem over the language: for any manifest, any recipe over it and any values, what Helm
 * renders of the chart is what the oracle says.
 */
test.each(await testEngines())(
  'helm $version renders what the recipe says, whatever the recipe',
  async (helm) => {
    await proveLanguage(helm, 1, { shrink: 90_000 });
  },
  120_000,
);

test('every place goes with some form, and every form with some place', () => {
  expect(new Set(COMBINATIONS.map(([place]) => place)).size).toBe(6);
  expect(new Set(COMBINATIONS.map(([, form]) => form)).size).toBe(10);
});
