import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { overriding } from '../../scripts/chart/omit-empty.ts';
import { omissionsOf } from '../../scripts/recipe/omissions.ts';
import { isObject } from '../../scripts/json/tree.ts';
import { mergeValues } from '../../scripts/json/merge-values.ts';
import { withoutEmpty } from '../../scripts/oracle/without-empty.ts';
import { recipeOf, refusal } from './small-chart.ts';

const TARGET = 'targets: [{ select: {}, fieldPaths: [spec.x] }]';

describe('an empty key counts as left out', () => {
  test('as the recipe says, and in a scalar that presets decide', () => {
    const recipe = recipeOf(`values:
  - { path: all, form: yaml, omitEmpty: true, ${TARGET} }
  - { path: some.inner, place: drop, form: yaml, omitEmpty: [a, b], ${TARGET} }
  - { path: none, form: yaml, ${TARGET} }
  - { path: paths.run, form: value, ${TARGET} }
  - { path: run, form: value, ${TARGET} }
  - { path: paths.link, place: append, form: content, content: {}, default: '', ${TARGET} }
  - { path: paths.fixed, form: value, ${TARGET} }
presets: { path: p, default: a, options: { a: {}, b: { paths.run: /x, run: /y, paths.link: /z } } }
`);
    expect(omissionsOf(recipe)).toEqual([
      { path: 'all' },
      { path: 'some.inner', keys: ['a', 'b'] },
      { path: 'paths', keys: ['run'] },
      { path: '', keys: ['run'] },
    ]);
  });

  test.each(['scalar', 'append', 'merge', 'namespace'])('but not of a value of kind %s', (kind) => {
    const entry = `{ path: a, as: ${kind}, omitEmpty: true, ${TARGET} }`;
    expect(refusal(() => recipeOf(`values:\n  - ${entry}\n`))).toContain(
      'values.0.omitEmpty does not go with this kind of entry',
    );
  });
});

const key = fc.constantFrom('a', 'b', 'c');
/** Maps without anything that is empty. */
const { full } = fc.letrec<{ full: JsonObject }>((tie) => ({
  full: fc.dictionary(
    key,
    fc.oneof({ maxDepth: 3 }, fc.constantFrom<Json[]>('x', 0, false, [], ['']), tie('full')),
    { minKeys: 1, noNullPrototype: true },
  ),
}));

function holdsNull(value: JsonObject): boolean {
  return Object.values(value).some((inner) => inner === null || (isObject(inner) && holdsNull(inner)));
}

describe('values that override a default', () => {
  test('give what is wanted by null, whatever the default', () => {
    fc.assert(
      fc.property(full, full, (wanted, base) => {
        expect(mergeValues(base, overriding({}, wanted, base) as JsonObject)).toEqual(wanted);
      }),
    );
  });

  test('give it without null where empty keys are left out', () => {
    fc.assert(
      fc.property(full, full, (wanted, base) => {
        const own = overriding({ omitEmpty: true }, wanted, base) as JsonObject;
        expect(holdsNull(own)).toBe(false);
        const merged = withoutEmpty({ v: mergeValues(base, own) }, [{ path: 'v' }]);
        expect(merged).toEqual({ v: wanted });
      }),
    );
  });

  test('empty the named keys, and drop the others by null', () => {
    expect(overriding({ omitEmpty: ['a'] }, {}, { a: 1, b: 2 })).toEqual({ a: '', b: null });
    expect(overriding({ omitEmpty: ['a'] }, { c: {} }, { c: { a: 1 } })).toEqual({ c: { a: null } });
    expect(overriding({ omitEmpty: ['a'] }, {}, { a: { b: { c: 1 } } })).toEqual({ a: { b: { c: '' } } });
  });

  test('are what is wanted where that is no map, or the default is none', () => {
    expect([overriding({}, 'x', { a: 1 }), overriding({}, { a: 1 }, 'x'), overriding({}, [], [1])]).toEqual([
      'x',
      { a: 1 },
      [],
    ]);
  });
});
