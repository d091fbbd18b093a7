import { expect, test } from 'vitest';
import type { Draft, ValueKind } from '../../scripts/infer/draft.ts';
import { MOST_VALUES, readable } from '../../scripts/infer/readable.ts';

const drafts = (kind: ValueKind, count: number): readonly Draft[] =>
  Array.from({ length: count }, (_, i) => ({
    kind,
    path: `${kind}${i}`,
    section: '',
    place: 'replace',
    form: 'value',
    spots: [],
  }));

test('as many values as a person reads are all kept', () => {
  const all = drafts('config', MOST_VALUES);
  expect(readable(all)).toEqual({ drafts: all, left: [] });
});

test('of more, whole kinds are left: those that fewer charts have, and that do not fit', () => {
  const all = [
    ...drafts('config', 1),
    ...drafts('probes', 1500),
    ...drafts('image', 2000),
    ...drafts('resources', 900),
  ];
  const { drafts: kept, left } = readable(all);
  expect([...new Set(kept.map(({ kind }) => kind))]).toEqual(['config', 'image', 'resources']);
  expect(left).toEqual([
    {
      kind: 'probes',
      what: '1500 values',
      why: 'with these there would be more than 3000 values; --select probes takes them',
    },
  ]);
});
