import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../scripts/parse/manifest.ts';
import { mergeValues } from '../../scripts/validate/merge-values.ts';

const key = fc.constantFrom('a', 'b', 'c');
const { tree } = fc.letrec<{ tree: JsonObject }>((tie) => ({
  tree: fc.dictionary(key, fc.oneof({ maxDepth: 3 }, fc.integer(), fc.array(fc.integer()), tie('tree')), {
    noNullPrototype: true,
  }),
}));

describe('values merged into defaults', () => {
  test.each([
    ['nothing', {}, { a: 1 }],
    ['a scalar in place of another', { a: 2 }, { a: 2 }],
    ['a key that has no default', { b: 2 }, { a: 1, b: 2 }],
    ['null drops the default', { a: null }, {}],
    ['false, 0 and nothing are values', { a: false, b: 0, c: '' }, { a: false, b: 0, c: '' }],
    ['a map in place of a scalar', { a: { b: 1 } }, { a: { b: 1 } }],
  ])('%s', (_, own, merged) => {
    expect(mergeValues({ a: 1 }, own)).toEqual(merged);
  });

  test.each([
    ['maps key by key, at every depth', { a: { b: { c: 2 } } }, { a: { b: { c: 2, d: 1 }, l: [1, 2] } }],
    ['null inside a map', { a: { b: { d: null } } }, { a: { b: { c: 1 }, l: [1, 2] } }],
    ['null for a whole map', { a: { b: null } }, { a: { l: [1, 2] } }],
    ['an empty map drops nothing', { a: {} }, { a: { b: { c: 1, d: 1 }, l: [1, 2] } }],
    ['a list in place of another', { a: { l: [3] } }, { a: { b: { c: 1, d: 1 }, l: [3] } }],
    ['an empty list in place of another', { a: { l: [] } }, { a: { b: { c: 1, d: 1 }, l: [] } }],
    ['null inside a list stays', { a: { l: [null] } }, { a: { b: { c: 1, d: 1 }, l: [null] } }],
    ['a scalar in place of a map', { a: { b: 7 } }, { a: { b: 7, l: [1, 2] } }],
  ])('%s', (_, own, merged) => {
    expect(mergeValues({ a: { b: { c: 1, d: 1 }, l: [1, 2] } }, own)).toEqual(merged);
  });

  test('nothing changes nothing, and the same again changes nothing more', () => {
    fc.assert(
      fc.property(tree, tree, (defaults, own) => {
        expect(mergeValues(defaults, {})).toEqual(defaults);
        const merged = mergeValues(defaults, own);
        expect(mergeValues(merged, own)).toEqual(merged);
      }),
    );
  });

  test('neither side is changed', () => {
    fc.assert(
      fc.property(tree, tree, (defaults, own) => {
        const before = JSON.stringify([defaults, own]);
        mergeValues(defaults, own);
        expect(JSON.stringify([defaults, own])).toBe(before);
      }),
    );
  });
});
