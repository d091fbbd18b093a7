import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../scripts/recipe/nearest.ts';

test.each([
  ['volume', ['volumes', 'volumeMounts'], 'volumes'],
  ['DaemonSett', ['Deployment', 'DaemonSet'], 'DaemonSet'],
  ['ab', ['ba', 'b'], 'b'],
  ['', ['abc', 'a'], 'a'],
  ['x', ['a', 'b'], 'a'],
  ['a', [], undefined],
] as const)('%s among %j is %s', (wanted, candidates, found) => {
  expect(nearest(wanted, candidates)).toBe(found);
});

test('what is there is nearest to itself, wherever it stands', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.string(), fc.array(fc.string()), (before, wanted, after) => {
      expect(nearest(wanted, [...before, wanted, ...after])).toBe(wanted);
    }),
  );
});

test('one letter more, less or other is nearer than what shares none', () => {
  const word = fc.stringMatching(/^[a-m]{4,12}$/);
  fc.assert(
    fc.property(word, fc.nat(), fc.stringMatching(/^[n-z]{4,12}$/), (wanted, at, other) => {
      const i = at % wanted.length;
      const [head, tail] = [wanted.slice(0, i), wanted.slice(i + 1)];
      for (const near of [`${head}${tail}`, `${head}q${tail}`, `${head}q${wanted.slice(i)}`])
        expect(nearest(wanted, [other, near])).toBe(near);
    }),
  );
});
