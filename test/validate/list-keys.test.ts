import { describe, expect, test } from 'vitest';
import type { EachEntry } from '../../scripts/recipe/types.ts';
import { refuseSameTwice } from '../../scripts/validate/unique.ts';

function each(fields: EachEntry['fields']): EachEntry {
  return { path: 'networks', as: 'each', fields, targets: [] };
}

const both = each({ 'metadata.name': 'id', 'metadata.namespace': 'place', 'spec.config': 'config' });
const named = each({ 'metadata.name': 'id' });

describe('elements that would be one object', () => {
  test.each([
    ['none', both, []],
    ['one', both, [{ id: 'a', place: 'b' }]],
    [
      'the same name elsewhere',
      both,
      [
        { id: 'a', place: 'b' },
        { id: 'a', place: 'c' },
      ],
    ],
    [
      'another name there',
      both,
      [
        { id: 'a', place: 'b' },
        { id: 'b', place: 'b' },
      ],
    ],
    [
      'names that only together look alike',
      both,
      [
        { id: 'b', place: 'a' },
        { id: 'a', place: 'b' },
      ],
    ],
  ])('%s is taken', (_, entry, items) => {
    expect(() => refuseSameTwice(entry, items)).not.toThrow();
  });

  test.each([
    [
      'the same name and namespace, whatever else',
      both,
      [
        { id: 'a', place: 'b', config: 1 },
        { id: 'a', place: 'b', config: 2 },
      ],
      'b/a',
    ],
    [
      'neighbours or not',
      both,
      [
        { id: 'a', place: 'b' },
        { id: 'x', place: 'b' },
        { id: 'a', place: 'b' },
      ],
      'b/a',
    ],
    [
      'the same name where there is no namespace',
      named,
      [
        { id: 'a', place: 'b' },
        { id: 'a', place: 'c' },
      ],
      'a',
    ],
  ])('%s is refused', (_, entry, items, id) => {
    expect(() => refuseSameTwice(entry, items)).toThrow(
      expect.objectContaining({
        code: 'VALUES_REFUSED',
        message: `networks names ${id} twice`,
        hint: 'Give each a name of its own.',
      }),
    );
  });
});
