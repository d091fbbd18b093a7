import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { parseFieldPath } from '../../scripts/recipe/fieldpath.ts';
import { fieldsAt, locate } from '../../scripts/oracle/locate.ts';

const SPEC: JsonObject = {
  containers: [
    { name: 'a', image: 'x', ports: [80, 443] },
    { name: 'b', image: 'y', env: null },
    { name: 7, image: 'z' },
    'text',
  ],
  labels: { 'k8s.io/a': '1', b: '2' },
};
const ROOT: JsonObject = { spec: SPEC };

describe('the values that a field path means', () => {
  test.each<[string, readonly Json[]]>([
    ['spec.labels.b', ['2']],
    [String.raw`spec.labels.k8s\.io/a`, ['1']],
    ['spec.labels.*', ['1', '2']],
    ['spec.containers.0.image', ['x']],
    ['spec.containers.[name=b].image', ['y']],
    ['spec.containers.[name=7].image', ['z']],
    ['spec.containers.*.image', ['x', 'y', 'z']],
    ['spec.containers.[name=a].ports', [[80, 443]]],
    ['spec.containers.[name=a].ports.*', [80, 443]],
    ['spec.containers.*.ports.1', [443]],
    ['spec.containers.[name=b].env', [null]],
    ['spec.containers.[name=c].image', []],
    ['spec.containers.9.image', []],
    ['spec.none.at.all', []],
    ['spec.labels.[name=b]', []],
    ['spec.labels.b.*', []],
  ])('%s', (path, values) => {
    expect(fieldsAt(ROOT, parseFieldPath(path))).toEqual(values);
  });
});

describe('the places that a field path means', () => {
  test('a key that does not exist has a place when its parent does', () => {
    expect(locate(ROOT, parseFieldPath('spec.paused'))).toEqual([[SPEC, 'paused']]);
    expect(locate(ROOT, parseFieldPath('spec.none.paused'))).toEqual([]);
  });

  test('elements have their index, so that writing there changes the list', () => {
    const root = structuredClone(ROOT);
    for (const [parent, key] of locate(root, parseFieldPath('spec.containers.[name=a].ports.*')))
      parent[key] = 0;
    expect(fieldsAt(root, parseFieldPath('spec.containers.0'))).toEqual([
      { name: 'a', image: 'x', ports: [0, 0] },
    ]);
  });

  test('every element that matches has one', () => {
    const twins = { list: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] };
    expect(locate(twins, parseFieldPath('list.[name=a]'))).toEqual([
      [twins.list, 0],
      [twins.list, 2],
    ]);
  });

  test('no path means no place', () => {
    expect(locate(ROOT, [])).toEqual([]);
  });
});
