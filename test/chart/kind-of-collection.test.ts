import { expect, test } from 'vitest';
import { chartOf, refusal } from './small-chart.ts';

test.each([
  ['append', 'of: {}', 'is a map, and elements go behind a list'],
  ['append', 'of: { a: 1 }', 'is a map, and elements go behind a list'],
  ['append', 'of: a', 'is neither a list nor a map'],
  ['merge', 'of: []', 'is a list, and keys go into a map'],
  ['merge', 'of: [1]', 'is a list, and keys go into a map'],
  ['merge', 'of: a', 'is neither a list nor a map'],
])('place %s with %s is refused', (place, field, why) => {
  const manifest = `apiVersion: v1\nkind: A\nmetadata: { name: a }\n${field}\n`;
  const target = 'targets: [{ select: {}, fieldPaths: [of] }]';
  const recipe = `values:\n  - { path: of, place: ${place}, form: yaml, ${target} }\n`;
  expect(refusal(() => chartOf(manifest, recipe))).toMatch(/^RECIPE_SELECTOR Entry of \(recipe\.yaml:\d\) /);
  expect(refusal(() => chartOf(manifest, recipe))).toContain(why);
});
