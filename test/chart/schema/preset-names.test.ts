import { expect, test } from 'vitest';
import { withPresetNames } from '../../../scripts/chart/schema/preset-names.ts';
import { schemaTree } from '../../../scripts/chart/schema/node.ts';
import { thisProject } from '../../helpers/this-project.ts';

const TREE = schemaTree({
  properties: {
    a: { properties: { b: { description: 'Which.', type: 'string' }, c: { description: 'C.' } } },
    d: { description: 'D.' },
  },
});
const OPTIONS = { first: {}, second: { d: 1 } };

test('the value that chooses lists the names, in the recipe’s order, and nothing else changes', () => {
  const named = withPresetNames(TREE, { path: 'a.b', default: 'first', options: OPTIONS });
  expect(named.properties.get('a')?.properties.get('b')?.description).toBe('Which. One of first, second.');
  expect(named.properties.get('a')?.properties.get('c')?.description).toBe('C.');
  expect([...named.properties.keys()]).toEqual(['a', 'd']);
  expect(TREE.properties.get('a')?.properties.get('b')?.description).toBe('Which.');
});

test.each([
  ['no presets', undefined],
  ['presets of a value that the schema does not have', { path: 'a.x', default: 'first', options: OPTIONS }],
])('with %s the tree is as it was', (_, presets) => {
  expect(withPresetNames(TREE, presets)).toEqual(TREE);
});

test('values.yaml and the README of this chart name every platform', async () => {
  const { files, project } = await thisProject();
  const names = `One of ${Object.keys(project.recipe.presets?.options ?? {}).join(', ')}.`;
  expect(names).toContain('k3s');
  for (const file of ['values.yaml', 'README.md']) expect(files.get(file)).toContain(names);
});
