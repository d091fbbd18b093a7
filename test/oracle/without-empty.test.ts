import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import { testEngines } from '../helpers/engines.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { withoutEmpty } from '../../scripts/oracle/without-empty.ts';
import { thisProject } from '../helpers/this-project.ts';

describe('without what is empty', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['an empty string, an empty map and null', { a: '', b: {}, c: null }, {}],
    [
      'not 0, false, or a list',
      { a: 0, b: false, c: [], d: ['', {}, null] },
      { a: 0, b: false, c: [], d: ['', {}, null] },
    ],
    [
      'at every depth, and a map of nothing else too',
      { a: { b: { c: '' }, d: 1 }, e: { f: { g: null } } },
      { a: { d: 1 } },
    ],
  ])('%s', (_, map, left) => {
    expect(withoutEmpty({ m: map, other: '' }, [{ path: 'm' }])).toEqual({ m: left, other: '' });
  });

  test('only the named keys', () => {
    const map = { a: '', b: '', c: { d: '' } };
    expect(withoutEmpty({ m: map }, [{ path: 'm', keys: ['a', 'c'] }])).toEqual({ m: { b: '' } });
    expect(withoutEmpty(map, [{ path: '', keys: ['a'] }])).toEqual({ b: '', c: { d: '' } });
  });

  test.each<JsonObject>([{}, { m: null }, { m: {} }, { m: 'x' }])('nothing is made in %j', (values) => {
    expect(withoutEmpty(values, [{ path: 'm.n' }, { path: 'm.n.o', keys: ['a'] }])).toEqual(values);
  });
});

const { tree } = fc.letrec<{ tree: JsonObject }>((tie) => ({
  tree: fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof({ maxDepth: 3 }, fc.constantFrom<Json[]>('', null, 0, 1, false, 'x', [], ['']), tie('tree')),
    { noNullPrototype: true },
  ),
}));

describe('the named template drops the same', async () => {
  const engines = await testEngines();
  const trees = fc.sample(tree, { numRuns: 200, seed: 3 });
  const values = Object.fromEntries(trees.map((map, i) => [`t${i}`, map]));
  const omissions = trees.map((_, i) => ({ path: `t${i}`, ...(i % 3 === 0 && { keys: ['a', 'b'] }) }));
  const chart = await mkdtemp(join(tmpdir(), 'empty-'));

  beforeAll(async () => {
    const { files } = await thisProject();
    const calls = omissions.map(
      ({ path, keys }) =>
        `{{ include "multus.omitEmpty" (dict "from" .Values.${path}${keys ? ' "keys" (list "a" "b")' : ''}) }}`,
    );
    await writeChart(
      chart,
      new Map([
        ['Chart.yaml', 'apiVersion: v2\nname: values\nversion: 1.0.0\n'],
        ['templates/_helpers.tpl', files.get('templates/_helpers.tpl') ?? ''],
        ['templates/values.yaml', `${calls.join('')}{{ toJson .Values }}\n`],
      ]),
    );
  });
  afterAll(() => rm(chart, { recursive: true }));

  test.each(engines)('helm $version', async (helm) => {
    const text = await helm.template(chart, { name: 'a', namespace: 'b' }, values);
    const expected = withoutEmpty(values, omissions);
    expect(expected).not.toEqual(values);
    expect(parse(text)).toEqual(expected);
  });
});
