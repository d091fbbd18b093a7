import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { reverted } from '../../scripts/page/reverted.ts';
import { compare } from '../../scripts/review/compare.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd');
const word = fc.constantFrom('x', 'y', 'z');
const named = <T>(rest: fc.Arbitrary<T>): fc.Arbitrary<readonly (T & { name: string })[]> =>
  fc.uniqueArray(
    fc.tuple(name, rest).map(([own, more]) => ({ name: own, ...more })),
    { selector: (one) => one.name, maxLength: 3 },
  );
const pod = fc.record({
  containers: named(
    fc.record({
      image: word,
      args: fc.array(word, { maxLength: 3 }),
      env: named(fc.record({ value: word })),
      ports: fc.uniqueArray(fc.record({ containerPort: fc.constantFrom(1, 2, 3), name: word }), {
        selector: ({ containerPort }) => containerPort,
        maxLength: 3,
      }),
    }),
  ),
  nodeSelector: fc.dictionary(word, word, { maxKeys: 3 }),
});

function daemonSet(spec: object): JsonObject {
  // It is JSON; the drawn types only say it more exactly.
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'a' },
    spec: { template: { spec } },
  } as unknown as JsonObject;
}

describe('an object as it was before changes', () => {
  it('differs from what it was in nothing that a review tells but an order', () => {
    fc.assert(
      fc.property(pod, pod, (before, after) => {
        const [old, now] = [daemonSet(before), daemonSet(after)];
        const [one] = compare([old], [now]);
        const back = one === undefined ? now : reverted(now, one.changes);
        const left = compare([old], [back]).flatMap(({ changes }) => changes);
        expect(left.filter(({ kind }) => kind !== 'moved')).toEqual([]);
      }),
    );
  });

  it('has keys in the order of now', () => {
    const changes = [{ path: ['b'], kind: 'changed', before: 1, after: 2 }] as const;
    expect(Object.keys(reverted({ c: 1, b: 2, a: 3 }, changes))).toEqual(['c', 'b', 'a']);
  });
});
