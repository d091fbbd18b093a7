import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { matching, selectResources } from '../../scripts/recipe/select.ts';
import type { Select, Target } from '../../scripts/recipe/entry.ts';

const object = (apiVersion: string, kind: string, name: string, namespace?: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace === undefined ? '' : `  namespace: ${namespace}\n`}`;

const manifest = parseManifest(
  [
    object('v1', 'ConfigMap', 'a'),
    object('v1', 'ConfigMap', 'a', 'x'),
    object('apps/v1', 'DaemonSet', 'a', 'x'),
    object('g/v2', 'DaemonSet', 'b', 'z'),
  ].join('---\n'),
  'm.yaml',
);

const found = (select: Select, reject?: readonly Select[]): readonly number[] => {
  const target: Target = { select, ...(reject !== undefined && { reject }) };
  return matching(manifest, target).map((resource) => manifest.resources.indexOf(resource));
};

describe('a target means the resources', () => {
  test.each<readonly [string, Select, readonly Select[] | undefined, readonly number[]]>([
    ['of an empty select: all', {}, undefined, [0, 1, 2, 3]],
    ['of a kind', { kind: 'DaemonSet' }, undefined, [2, 3]],
    ['of a name, whatever the kind', { name: 'a' }, undefined, [0, 1, 2]],
    ['of a namespace', { namespace: 'x' }, undefined, [1, 2]],
    ['of the core group', { group: '' }, undefined, [0, 1]],
    ['of a group', { group: 'g' }, undefined, [3]],
    ['of a version', { version: 'v1' }, undefined, [0, 1, 2]],
    ['of kind and name, both equal', { kind: 'DaemonSet', name: 'a' }, undefined, [2]],
    ['of all fields', { kind: 'ConfigMap', name: 'a', namespace: 'x' }, undefined, [1]],
    ['but not the rejected', {}, [{ kind: 'ConfigMap' }, { namespace: 'z' }], [2]],
    ['and none by half a name', { name: 'A' }, undefined, []],
  ])('%s', (_, select, reject, wanted) => {
    expect(found(select, reject)).toEqual(wanted);
  });

  test('several by kind alone, but not by kind and name', () => {
    expect(selectResources(manifest, { select: { kind: 'ConfigMap' } }, 'Entry v')).toHaveLength(2);
    expect(() => selectResources(manifest, { select: { kind: 'ConfigMap', name: 'a' } }, 'Entry v')).toThrow(
      expect.objectContaining({
        code: 'RECIPE_SELECTOR',
        hint: 'Add namespace, group or version to the select.',
      }),
    );
  });
});
