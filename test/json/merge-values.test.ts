import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import { testEngines } from '../helpers/engines.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { mergeValues } from '../../scripts/json/merge-values.ts';

const key = fc.constantFrom('a', 'b', 'c');
const { tree } = fc.letrec<{ tree: JsonObject }>((tie) => ({
  tree: fc.dictionary(key, fc.oneof({ maxDepth: 3 }, fc.integer(), fc.array(fc.integer()), tie('tree')), {
    noNullPrototype: true,
  }),
}));

/** What a user writes: null too. */
const { own: ownTree } = fc.letrec<{ own: JsonObject }>((tie) => ({
  own: fc.dictionary(
    key,
    fc.oneof({ maxDepth: 3 }, fc.constant(null), fc.integer(), fc.array(fc.constant(null)), tie('own')),
    { noNullPrototype: true },
  ),
}));

describe('values merged into defaults', () => {
  test.each([
    ['nothing', {}, { a: 1 }],
    ['a scalar in place of another', { a: 2 }, { a: 2 }],
    ['a key that has no default', { b: 2 }, { a: 1, b: 2 }],
    ['null drops the default', { a: null }, {}],
    ['null without a default stays', { b: null, c: { d: null } }, { a: 1, b: null, c: { d: null } }],
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

describe('Helm merges the same', async () => {
  const engines = await testEngines();
  const pairs = fc.sample(fc.tuple(tree, ownTree), { numRuns: 200, seed: 1 });
  /** One chart with every pair under a key of its own: p0, p1, … */
  const under = (side: 0 | 1): JsonObject =>
    Object.fromEntries(pairs.map((pair, i) => [`p${i}`, pair[side]]));
  const chart = await mkdtemp(join(tmpdir(), 'values-'));

  beforeAll(() =>
    writeChart(
      chart,
      new Map([
        ['Chart.yaml', 'apiVersion: v2\nname: values\nversion: 1.0.0\n'],
        ['values.yaml', JSON.stringify(under(0))],
        ['templates/values.yaml', '{{ toJson .Values }}\n'],
      ]),
    ),
  );
  afterAll(() => rm(chart, { recursive: true }));

  test('among the pairs are nulls that drop something', () => {
    const dropping = pairs.filter(([defaults, own]) =>
      Object.keys(defaults).some((name) => own[name] === null),
    );
    expect(dropping.length).toBeGreaterThan(20);
  });

  test.each(engines)('helm $version', async (helm) => {
    const text = await helm.template(chart, { name: 'a', namespace: 'b' }, under(1));
    const expected = pairs.map(([defaults, own], i) => [`p${i}`, mergeValues(defaults, own)] as const);
    expect(parse(text)).toEqual(Object.fromEntries(expected));
  });
});
