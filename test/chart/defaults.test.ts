import { describe, expect, test } from 'vitest';
import type { Json } from '../../scripts/json/json.ts';
import type { Lock, LockedImage } from '../../scripts/recipe/lock.ts';
import { chartOf, lockOf, ownChartOf, refusal } from './small-chart.ts';

const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  name: a
spec:
  host: x
  count: 3
  image: r.test/team/agent:latest
  map: { b: 1, a: 2 }
`;

const D = `sha256:${'1'.repeat(64)}`;

const PINNED: LockedImage = {
  registry: 'r.test',
  repository: 'team/agent',
  tag: 'v1',
  digest: D,
  platforms: ['linux/amd64'],
  source: 'registry',
};

function entry(rest: string, field = 'spec.host', options = ''): string {
  return `values:\n  - { path: v, ${rest}, targets: [{ select: {}, fieldPaths: ['${field}']${options} }] }\n`;
}

const IMAGE = entry('form: image', 'spec.image');
const PIN = 'images: { v: { tag: v1, reason: it moves } }\n';

describe('a default and its reason', () => {
  test('without either the chart has what upstream has', () => {
    const { defaults, upstreamValues, departures } = chartOf(MANIFEST, entry('form: value'));
    expect([defaults, upstreamValues, departures]).toEqual([{ v: 'x' }, {}, []]);
  });

  test('with both they are a departure', () => {
    const { defaults, upstreamValues, departures } = chartOf(
      MANIFEST,
      entry('form: value, default: "y", reason: it is better'),
    );
    expect([defaults, upstreamValues]).toEqual([{ v: 'y' }, { v: 'x' }]);
    expect(departures).toEqual([{ value: 'v', upstream: 'x', chart: 'y', reason: 'it is better' }]);
  });

  test.each([
    [
      'a departure without a reason',
      entry('form: value, default: "y"'),
      'its default is not what upstream has ("x"), but no reason is given',
    ],
    [
      'another type is a departure too',
      entry("form: value, default: '3'", 'spec.count'),
      'its default is not what upstream has (3), but no reason is given',
    ],
    [
      'a reason without a departure',
      entry('form: value, default: x, reason: none'),
      'a reason is given, but its default is what upstream has',
    ],
    [
      'a reason without a default',
      entry('form: value, reason: none'),
      'a reason is given, but its default is what upstream has',
    ],
    [
      'the order of keys is no departure',
      entry('form: yaml, default: { a: 2, b: 1 }, reason: none', 'spec.map'),
      'a reason is given, but its default is what upstream has',
    ],
    [
      'a field that is made, without what it is when empty',
      entry('place: drop', 'spec.new', ', create: true'),
      'upstream has no such field, so its default must be stated: {}, [] or ""',
    ],
  ])('%s', (_, recipe, message) => {
    expect(refusal(() => chartOf(MANIFEST, recipe))).toBe(
      `RECIPE_DEFAULT Entry v (recipe.yaml:4): ${message}`,
    );
  });

  test.each<readonly [string, Json]>([
    ["''", ''],
    ['0', 0],
    ['[]', []],
    ['{}', {}],
  ])('a field that is made and has %s as default is no departure', (text, empty) => {
    const made = ', create: true';
    const { defaults, departures } = chartOf(
      MANIFEST,
      entry(`place: drop, form: ${/[[{]/.test(text) ? 'yaml' : 'value'}, default: ${text}`, 'spec.new', made),
    );
    expect([defaults, departures]).toEqual([{ v: empty }, []]);
  });

  test.each<readonly [string, Json]>([
    ['x', ''],
    ['5', 0],
    ['[a]', []],
    ['{ a: 1 }', {}],
    ['true', false],
  ])('a field that is made and has %s as default departs from empty', (text, empty) => {
    const made = ', create: true';
    const recipe = entry(
      `place: drop, form: ${/[[{]/.test(text) ? 'yaml' : 'value'}, default: ${text}, reason: x`,
      'spec.new',
      made,
    );
    expect(chartOf(MANIFEST, recipe).departures.map(({ upstream }) => upstream)).toEqual([empty]);
  });

  test('on objects of our own every default is right, and none is a departure', () => {
    const { defaults, departures } = ownChartOf(MANIFEST, entry('form: value, default: "y"'));
    expect([defaults, departures]).toEqual([{ v: 'y' }, []]);
  });
});

describe('the default of an image', () => {
  test('is what the lock pins, for the reason of the recipe', () => {
    const { defaults, departures, images } = chartOf(MANIFEST, IMAGE + PIN, lockOf({ v: PINNED }));
    expect(defaults).toEqual({ v: { registry: 'r.test', repository: 'team/agent', tag: 'v1', digest: D } });
    expect(departures.map(({ reason }) => reason)).toEqual(['it moves']);
    expect(images).toEqual([
      { value: 'v', reference: `r.test/team/agent:v1@${D}`, platforms: ['linux/amd64'] },
    ]);
  });

  test('names the mirror, with the same digest', () => {
    const recipe = IMAGE + PIN.replace('{ v', '{ mirror: oci://git.test/infra, v');
    const { images, departures } = chartOf(MANIFEST, recipe, lockOf({ v: PINNED }));
    expect(images.map(({ reference }) => reference)).toEqual([`git.test/infra/agent:v1@${D}`]);
    expect(departures.map(({ reason }) => reason)).toEqual([
      'it moves; pulled from a mirror with the same digest',
    ]);
  });

  const STATED = PIN.replace('tag: v1', `tag: v1, digest: '${D}'`);
  const OTHER = `sha256:${'2'.repeat(64)}`;

  test('may have another tag than the recipe where a registry was asked for it, which is said', () => {
    const pinned = { ...PINNED, tag: 'v2', digest: OTHER };
    const { departures } = chartOf(MANIFEST, IMAGE + STATED, lockOf({ v: pinned }));
    expect(departures.map(({ reason }) => reason)).toEqual([
      'upstream/lock.yaml pins v2, where recipe.yaml names v1',
    ]);
  });

  test.each<readonly [string, string, Partial<LockedImage>, string]>([
    [
      'another digest for the same tag',
      STATED,
      { digest: OTHER },
      `digest is ${D}, upstream/lock.yaml has ${OTHER}`,
    ],
    [
      'another digest, as the recipe stated it before',
      STATED,
      { digest: OTHER, source: 'recipe' },
      `digest is ${D}, upstream/lock.yaml has ${OTHER}`,
    ],
    [
      'another tag, for which nobody was asked',
      PIN,
      { tag: 'v0', source: 'recipe' },
      'tag is v1, upstream/lock.yaml has v0',
    ],
  ])('is refused when the recipe was changed after the lock: %s', (_, pin, own, message) => {
    expect(refusal(() => chartOf(MANIFEST, IMAGE + pin, lockOf({ v: { ...PINNED, ...own } })))).toBe(
      `IMAGE_PIN_STALE Entry v (recipe.yaml:4): recipe.yaml images.v.${message}`,
    );
  });

  test('is as the recipe states it', () => {
    const { images } = chartOf(MANIFEST, IMAGE + STATED, lockOf({ v: { ...PINNED, source: 'recipe' } }));
    expect(images.map(({ reference }) => reference)).toEqual([`r.test/team/agent:v1@${D}`]);
  });

  test('without a lock is as the recipe names it, without a pin as upstream does', () => {
    const named = (text: string, lock?: Lock): readonly unknown[] =>
      chartOf(MANIFEST, text, lock).images.map(({ reference }) => reference);
    expect(named(IMAGE + PIN)).toEqual(['r.test/team/agent:v1']);
    expect(named(IMAGE)).toEqual(['r.test/team/agent:latest']);
  });

  test("upstream's own tag by its digest needs no reason, another does", () => {
    const own = lockOf({ v: { ...PINNED, tag: 'latest' } });
    expect(chartOf(MANIFEST, IMAGE, own).departures).toMatchObject([
      { value: 'v', reason: expect.stringContaining('digest') as string },
    ]);
    expect(refusal(() => chartOf(MANIFEST, IMAGE, lockOf({ v: PINNED })))).toMatch(
      /^RECIPE_DEFAULT Entry v /,
    );
  });
});

test('what aliases stand for, however many, is the value', () => {
  const manifest = `apiVersion: v1
kind: A
metadata:
  name: a
of: &o { x: 1 }
list: [${'*o, '.repeat(500)}]
`;
  const { defaults } = chartOf(
    manifest,
    'values:\n  - { path: list, form: yaml, targets: [{ select: { name: a }, fieldPaths: [list] }] }\n',
  );
  expect(defaults).toEqual({ list: Array.from({ length: 500 }, () => ({ x: 1 })) });
});

test.each([
  ['"a\\n\\n"', 'a\n\n'],
  ['{ b: ["a\\u0007"] }', 'a\u0007'],
  ['{ "a\\u0007": b }', 'a\u0007'],
  ['["a\\u00a0"]', 'a\u00a0'],
])('%s has a text that Helm would lose, and is not lifted', (yaml, lost) => {
  const manifest = `apiVersion: v1\nkind: A\nmetadata: { name: a }\nof: ${yaml}\n`;
  const recipe = 'values:\n  - { path: of, form: yaml, targets: [{ select: {}, fieldPaths: [of] }] }\n';
  expect(refusal(() => chartOf(manifest, recipe))).toBe(
    `RECIPE_SELECTOR Entry of (recipe.yaml:4): A/a of (m.yaml:4) holds ${JSON.stringify(lost)}, which no value brings to the cluster as it is`,
  );
});

test('a null in a map is refused: Helm 4 drops it; one in a list stays', () => {
  const lifted = (of: string): string => `apiVersion: v1\nkind: A\nmetadata:\n  name: a\nof: ${of}\n`;
  const recipe = 'values:\n  - { path: of, form: yaml, select: { name: a }, fieldPaths: [of] }\n';
  expect(refusal(() => chartOf(lifted('{ a: { rollingUpdate: null } }'), recipe))).toBe(
    'RECIPE_SELECTOR Entry of (recipe.yaml:4): A/a of (m.yaml:5) holds a null at a.rollingUpdate, and Helm 4 drops what is null in values',
  );
  expect(chartOf(lifted('[null, { a: null }]'), recipe).defaults).toEqual({ of: [null, { a: null }] });
});
