import { expect, test } from 'vitest';
import { followingTag, newerTags, nextAppVersion, sortedTags } from '../../scripts/bump/versions.ts';

const TAGS = [
  'v4.2.4-thick',
  'v4.3.0-thick',
  'v4.10.0-thick',
  'v4.3.0',
  'v5.0.0-rc.1-thick',
  'latest',
  'v4.2.3-thick',
  '9.0.0-thick',
];

test('newer tags are of the same kind, the newest first', () => {
  expect(newerTags('v4.2.4-thick', TAGS)).toEqual(['v4.10.0-thick', 'v4.3.0-thick']);
  expect(newerTags('v4.3.0', TAGS)).toEqual([]);
  expect(newerTags('latest', TAGS)).toEqual([]);
});

test('versions of upstream, the newest first', () => {
  const tags = ['v1.9.0', 'chart-2.0.0', 'v1.10.0', 'v1.10.0-rc.1', 'v1', 'nightly', 'v2.0.0.1'];
  expect(sortedTags('v1.0.0', tags)).toEqual(['v1.10.0', 'v1.10.0-rc.1', 'v1.9.0']);
});

test.each([
  ['v4.2.4-thick', 'v4.2.2', 'v4.3.0', 'v4.3.0-thick'],
  // As new already.
  ['v4.2.4-thick', 'v4.2.2', 'v4.2.4', undefined],
  // Numbers of its own.
  ['v1.7.0', 'v4.2.2', 'v4.3.0', undefined],
  ['snapshot', 'v4.2.2', 'v4.3.0', undefined],
  ['v4.2.4', 'v4.2.2', 'main', undefined],
  ['v4.2.4', 'v4.2.2', 'v4.3.0-rc.1', undefined],
])('the tag %s of upstream %s at %s', (tag, before, now, expected) => {
  expect(followingTag(tag, before, now)).toBe(expected);
});

test('the version that runs: of the image, else of upstream, else nobody’s', () => {
  const sources = [
    { before: 'v1.2.0-thick', now: 'v1.3.0-thick' },
    { before: 'v2.0.0', now: 'v2.1.0' },
  ];
  expect(
    ['1.2.0', 'v1.2.0', '2.0.0', 'v2.0.0', 'v2', '7.0.0'].map((one) => nextAppVersion(one, sources)),
  ).toEqual(['1.3.0', 'v1.3.0', '2.1.0', 'v2.1.0', undefined, undefined]);
});
