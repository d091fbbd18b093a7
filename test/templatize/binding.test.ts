import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../scripts/parse/parse.ts';
import { bind } from '../../scripts/templatize/binding.ts';
import { chartOf, recipeOf, refusal } from './small-chart.ts';

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
  const entry = ([as, field]: readonly [string, string], path: string): string =>
    `  - { path: ${path}, as: ${as}, targets: [{ select: { name: a }, fieldPaths: ['${field}'] }] }\n`;
  return `values:\n${entry(first, 'v')}${entry(second, 'w')}`;
}

describe('two entries that claim one field are refused', () => {
  test.each<readonly [string, readonly [string, string], readonly [string, string], string]>([
    ['the same', ['scalar', 'spec.host'], ['optional', 'spec.host'], 'spec.host of line 8'],
    [
      'the same by another path',
      ['scalar', 'spec.list.0.path'],
      ['scalar', 'spec.list.[name=one].path'],
      'spec.list.0.path of line 12',
    ],
    [
      'one by a star',
      ['scalar', 'spec.list.[name=two].path'],
      ['optional', 'spec.list.*.path'],
      'spec.list.1.path of line 14',
    ],
    [
      'one inside the other',
      ['scalar', 'spec.list.0.path'],
      ['yaml', 'spec.list'],
      'spec.list.0.path of line 12',
    ],
    ['all of it and its end', ['append', 'spec.list'], ['yaml', 'spec.list'], 'spec.list of line 10'],
    [
      'all of it and keys of it',
      ['yaml', 'metadata.labels'],
      ['merge', 'metadata.labels'],
      'metadata.labels of line 5',
    ],
  ])('%s', (_, first, second, field) => {
    const [path, line] = field.split(' of line ');
    const told = refusal(() => chartOf(MANIFEST, two(first, second)));
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
    ['when both only add', ['append', 'spec.list'], ['append', 'spec.list']],
    [
      'when one adds behind elements that the other binds',
      ['append', 'spec.list'],
      ['scalar', 'spec.list.0.path'],
    ],
    [
      'when one adds keys beside the one that the other binds',
      ['merge', 'metadata.labels'],
      ['scalar', 'metadata.labels.app'],
    ],
    ['by name only: host and hostName', ['scalar', 'spec.host'], ['scalar', 'spec.hostName']],
  ])('%s', (_, first, second) => {
    expect(chartOf(MANIFEST, two(first, second)).lifts).toHaveLength(2);
  });
});

test('every resource has its bindings, in the order of the recipe', () => {
  const recipe = recipeOf(`values:
  - { path: on, as: document, targets: [{ select: { kind: Pod } }] }
  - { path: v, as: scalar, targets: [{ select: { name: a }, fieldPaths: [spec.host, 'spec.list.*.path'] }] }
  - { path: off, as: document, targets: [{ select: { name: a } }] }
`);
  const bound = bind(parseManifest(MANIFEST, 'm.yaml'), recipe);
  const shown = bound.map(({ resource, fields, conditions, each }) => [
    resource.name,
    fields.map(({ entry, place }) => `${entry.path} ${place.path.join('.')}`),
    conditions,
    each,
  ]);
  expect(shown).toEqual([
    ['a', ['v spec.host', 'v spec.list.0.path', 'v spec.list.1.path'], ['on', 'off'], undefined],
    ['b', [], ['on'], undefined],
  ]);
});
