import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { resolved } from '../../scripts/recipe/resolve.ts';
import { chartOf, recipeOf, refusal } from '../chart/small-chart.ts';

const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  name: a
  labels:
    app: a
spec:
  host: x
  hostName: y
  list:
    - name: one
      path: /one
    - name: two
      path: /two
---
apiVersion: v1
kind: Pod
metadata:
  name: b
`;

/** A recipe of two entries on lines 4 and 5, both of the Pod a. */
function two(first: readonly [string, string], second: readonly [string, string]): string {
  const entry = ([kind, field]: readonly [string, string], path: string): string =>
    `  - { path: ${path}, ${kind}, targets: [{ select: { name: a }, fieldPaths: ['${field}'] }] }\n`;
  return `values:\n${entry(first, 'v')}${entry(second, 'w')}`;
}

describe('two entries that claim one field are refused', () => {
  test.each<readonly [string, readonly [string, string], readonly [string, string], string]>([
    ['the same', ['form: value', 'spec.host'], ['place: drop', 'spec.host'], 'spec.host of line 8'],
    [
      'the same by another path',
      ['form: value', 'spec.list.0.path'],
      ['form: value', 'spec.list.[name=one].path'],
      'spec.list.0.path of line 12',
    ],
    [
      'one by a star',
      ['form: value', 'spec.list.[name=two].path'],
      ['place: drop', 'spec.list.*.path'],
      'spec.list.1.path of line 14',
    ],
    [
      'one inside the other',
      ['form: value', 'spec.list.0.path'],
      ['form: yaml', 'spec.list'],
      'spec.list.0.path of line 12',
    ],
    [
      'all of it and its end',
      ['place: append, form: yaml', 'spec.list'],
      ['form: yaml', 'spec.list'],
      'spec.list of line 10',
    ],
    [
      'all of it and keys of it',
      ['form: yaml', 'metadata.labels'],
      ['place: merge, form: yaml', 'metadata.labels'],
      'metadata.labels of line 5',
    ],
  ])('%s', (_, first, second, field) => {
    const [path, line] = field.split(' of line ');
    const [told] = refusal(() => chartOf(MANIFEST, two(first, second))).split('\n');
    const [v, w] = ['Entry v (recipe.yaml:4)', 'Entry w (recipe.yaml:5)'];
    expect(
      [`${v} and ${w}`, `${w} and ${v}`].map(
        (names) => `RECIPE_CLAIM ${names} both claim Pod/a ${path ?? ''} (m.yaml:${line ?? ''})`,
      ),
    ).toContain(told);
  });
});

describe('two entries share a field', () => {
  test.each<readonly [string, readonly [string, string], readonly [string, string]]>([
    [
      'when both only add',
      ['place: append, form: yaml', 'spec.list'],
      ['place: append, form: yaml', 'spec.list'],
    ],
    [
      'when one adds behind elements that the other binds',
      ['place: append, form: yaml', 'spec.list'],
      ['form: value', 'spec.list.0.path'],
    ],
    [
      'when one adds keys beside the one that the other binds',
      ['place: merge, form: yaml', 'metadata.labels'],
      ['form: value', 'metadata.labels.app'],
    ],
    ['by name only: host and hostName', ['form: value', 'spec.host'], ['form: value', 'spec.hostName']],
  ])('%s', (_, first, second) => {
    expect(chartOf(MANIFEST, two(first, second)).lifts).toHaveLength(2);
  });
});

test('every resource has its bindings, in the order of the recipe', () => {
  const recipe = recipeOf(`values:
  - { path: 'on', place: document, targets: [{ select: { kind: Pod } }] }
  - { path: v, form: value, targets: [{ select: { name: a }, fieldPaths: [spec.host, 'spec.list.*.path'] }] }
  - { path: 'off', place: document, targets: [{ select: { name: a } }] }
`);
  const bound = resolved(parseManifest(MANIFEST, 'm.yaml'), recipe);
  const shown = bound.map(({ resource, bindings, conditions, each }) => [
    resource.name,
    bindings.map(({ entry, field }) => `${entry.path} ${field.path.join('.')}`),
    conditions,
    each,
  ]);
  expect(shown).toEqual([
    ['a', ['v spec.host', 'v spec.list.0.path', 'v spec.list.1.path'], ['on', 'off'], undefined],
    ['b', [], ['on'], undefined],
  ]);
});

test('everything that has drifted is told, not the first', () => {
  const recipe = `values:
  - { path: v, select: { name: a }, fieldPaths: [spec.hots, spec.lists] }
  - { path: w, select: { name: c }, fieldPaths: [spec.host] }
  - { path: x, select: { name: a }, fieldPaths: [spec.host] }
  - { path: u, form: yaml, select: { name: a }, fieldPaths: [spec.host] }
  - { path: z, default: other, select: { name: a }, fieldPaths: [spec.hostName] }
`;
  expect(refusal(() => chartOf(MANIFEST, recipe)).split('\n')).toEqual([
    'RECIPE_SELECTOR Entry w (recipe.yaml:5): select {"name":"c"} matches nothing in m.yaml; the nearest is {"name":"a"} at m.yaml:1',
    '  Entry v (recipe.yaml:4): spec.hots matches nothing in Pod/a: spec (m.yaml:7) has no hots; the nearest is host',
    '  Entry v (recipe.yaml:4): spec.lists matches nothing in Pod/a: spec (m.yaml:7) has no lists; the nearest is list',
    '  Entry x (recipe.yaml:6) and Entry u (recipe.yaml:7) both claim Pod/a spec.host (m.yaml:8)',
    '  Entry z (recipe.yaml:8): its default is not what upstream has (true), but no reason is given',
  ]);
});

describe('names and repetition are written out', () => {
  const recipe = (entries: string): readonly string[] => {
    const names = 'names: { pod: { kind: Pod, name: a }, one: { of: pod, at: spec.list.0 } }\n';
    const { entries: all } = recipeOf(`${names}values:\n${entries}`);
    return all.flatMap(({ path, at, targets }) =>
      targets.map(
        ({ select, fieldPaths }) => `${path} ${at ?? ''} ${select.name ?? ''} ${(fieldPaths ?? []).join()}`,
      ),
    );
  };

  test('a name selects, and its field is in front of every path', () => {
    expect(recipe('  - { path: v, select: one, fieldPaths: [path, name] }\n')).toEqual([
      'v recipe.yaml:5 a spec.list.0.path,spec.list.0.name',
    ]);
  });

  test('an entry stands for several', () => {
    const entry =
      "  - { for: { x: one, z: two }, path: m.$key, select: pod, fieldPaths: ['spec.list.[name=$item].path'] }\n";
    expect(recipe(entry)).toEqual([
      'm.x recipe.yaml:5 a spec.list.[name=one].path',
      'm.z recipe.yaml:5 a spec.list.[name=two].path',
    ]);
  });
});
