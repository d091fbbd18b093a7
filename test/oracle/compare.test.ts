import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { compareObjects, identityOf, showDifference } from '../../scripts/oracle/compare.ts';

function object(name: string, spec: Json = {}, more: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...more }, spec };
}

/** The differences as a person reads them. */
function shown(left: readonly JsonObject[], right: readonly JsonObject[]): readonly string[] {
  return compareObjects(left, right).map(showDifference);
}

const A = object('a');
const B = object('b');
const WITHOUT = '(nothing)';

describe('sets of objects', () => {
  test('are equal in any order', () => {
    expect(shown([A, B], [B, A])).toEqual([]);
  });

  test('are told apart by API version, kind, namespace and name', () => {
    const twins = [A, { ...A, kind: 'Job' }, { ...A, apiVersion: 'v2' }, object('a', {}, { namespace: 'n' })];
    expect(shown(twins, twins.toReversed())).toEqual([]);
    expect(compareObjects(twins, []).length).toBe(4);
  });

  test('an object that one side lacks is one difference without a path', () => {
    expect(compareObjects([A], [])).toEqual([{ object: 'Pod/a', path: [], left: A, right: undefined }]);
    expect(compareObjects([], [A])).toEqual([{ object: 'Pod/a', path: [], left: undefined, right: A }]);
  });

  test('another namespace is another object', () => {
    expect(compareObjects([object('a', {}, { namespace: 'x' })], [A]).map(({ path }) => path)).toEqual([
      [],
      [],
    ]);
  });
});

describe('fields', () => {
  test.each<[string, Json, Json, readonly string[]]>([
    ['keys in another order', { x: 1, y: 2 }, { y: 2, x: 1 }, []],
    ['a scalar', { x: 1 }, { x: 2 }, ['Pod/a spec.x: 1 ≠ 2']],
    ['a number and its text', { x: 1 }, { x: '1' }, ['Pod/a spec.x: 1 ≠ "1"']],
    ['a key more', { x: 1 }, {}, [`Pod/a spec.x: 1 ≠ ${WITHOUT}`]],
    ['a key less', {}, { x: null }, [`Pod/a spec.x: ${WITHOUT} ≠ null`]],
    ['nothing and an empty map', { x: {} }, { x: null }, ['Pod/a spec.x: {} ≠ null']],
    ['an empty map and an empty list', { x: {} }, { x: [] }, ['Pod/a spec.x: {} ≠ []']],
    ['an element', { x: [1, { y: 2 }] }, { x: [1, { y: 3 }] }, ['Pod/a spec.x.1.y: 2 ≠ 3']],
    [
      'elements in another order',
      { x: [1, 2] },
      { x: [2, 1] },
      ['Pod/a spec.x.0: 1 ≠ 2', 'Pod/a spec.x.1: 2 ≠ 1'],
    ],
    ['an element more', { x: [1] }, { x: [1, 2] }, ['Pod/a spec.x: [1] ≠ [1,2]']],
    [
      'several fields',
      { x: 1, y: { z: 2 } },
      { x: 2, y: { z: 3 } },
      ['Pod/a spec.x: 1 ≠ 2', 'Pod/a spec.y.z: 2 ≠ 3'],
    ],
    ['a line break at the end', { x: 'a\n' }, { x: 'a' }, ['Pod/a spec.x: "a\\n" ≠ "a"']],
  ])('%s', (_, left, right, differences) => {
    expect(shown([object('a', left)], [object('a', right)])).toEqual(differences);
  });

  test('a map equals itself, and a change somewhere in it is one difference there', () => {
    const tree = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(tree, fc.array(fc.constantFrom('x', 'y'), { maxLength: 4 }), (value, path) => {
        const inside = (leaf: Json): JsonObject =>
          object(
            'a',
            path.reduceRight<Json>((at, key) => ({ [key]: at, k: 1 }), leaf),
          );
        expect(compareObjects([inside(value)], [structuredClone(inside(value))])).toEqual([]);
        expect(compareObjects([inside(value)], [inside('other than drawn')])).toEqual([
          { object: 'Pod/a', path: ['spec', ...path], left: value, right: 'other than drawn' },
        ]);
      }),
    );
  });
});

test.each([
  [A, 'Pod/a'],
  [{ kind: 'List' }, 'List/undefined'],
  [{ kind: 'Pod', metadata: null }, 'Pod/undefined'],
])('%j is known as %s', (one, name) => {
  expect(identityOf(one)).toBe(name);
});
