import { expect, test } from 'vitest';
import { schemaTree } from '../../scripts/chart/schema/node.ts';
import { valueRows } from '../../scripts/chart/values-table.ts';

const described = { type: 'string', description: 'Where it is.' };

test('a value is told of below objects of which nothing is said, and one of which nothing is said is not', () => {
  const tree = schemaTree({
    properties: {
      paths: { type: 'object', properties: { run: described, lock: { type: 'string' } } },
      whole: { type: 'object', description: 'All of it.', properties: { inner: { type: 'string' } } },
    },
  });
  expect(valueRows({ paths: { run: '/run', lock: '/lock' }, whole: { inner: 'a' } }, tree)).toEqual([
    { path: 'paths.run', type: 'string', default: '"/run"', description: 'Where it is.' },
    { path: 'whole', type: 'object', default: '{"inner":"a"}', description: 'All of it.' },
  ]);
});
