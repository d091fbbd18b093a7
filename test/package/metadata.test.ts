import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configBlob, manifestAnnotations, parseMetadata } from '../../scripts/package/metadata.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { isObject } from '../../scripts/json/tree.ts';

/** Chart.yaml with every member that Helm knows, in the order of the Go structs. */
const WHOLE = {
  name: 'agent',
  home: 'https://upstream.test',
  sources: ['https://upstream.test/source', 'https://upstream.test/other'],
  version: '1.2.3',
  description: 'An agent.',
  keywords: ['b', 'a'],
  maintainers: [{ name: 'A. Person', email: 'a@upstream.test', url: 'https://a.test' }, { name: 'B' }],
  icon: 'https://upstream.test/icon.svg',
  apiVersion: 'v2',
  condition: 'agent.enabled',
  tags: 'one,two',
  appVersion: '1.10',
  deprecated: true,
  annotations: { a: '1', b: '2' },
  kubeVersion: '>=1.25.0-0',
  dependencies: [
    {
      name: 'other',
      version: '1.x',
      repository: 'https://other.test',
      condition: 'other.enabled',
      tags: ['x'],
      enabled: true,
      'import-values': ['data'],
      alias: 'another',
    },
  ],
  type: 'application',
} as const;

function metadataOf(object: JsonObject): ReturnType<typeof parseMetadata> {
  return parseMetadata(JSON.stringify(object));
}

function configOf(object: JsonObject): string {
  return new TextDecoder().decode(configBlob(metadataOf(object)));
}

/** The value with the keys of every map in the opposite order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, reversed(item)] as const)
      .toReversed(),
  );
}

describe('parseMetadata', () => {
  test('takes texts as Helm does: blanks become spaces, what is not printed goes', () => {
    const chart = {
      name: 'a',
      version: '1.0.0',
      description: 'One\n\ttwo\u0007.\n',
      annotations: { a: 'x\ny' },
    };
    expect(metadataOf(chart)).toEqual({ ...chart, description: 'One  two. ' });
  });

  test.each([
    ['nothing', ''],
    ['a text', 'agent'],
    ['a list', '[]'],
    ['no name', 'version: 1.0.0'],
    ['no version', 'name: agent'],
    ['a name that is a number', 'name: 1\nversion: 1.0.0'],
    ['a version that is a number', 'name: agent\nversion: 1.0'],
  ])('%s is refused', (_, text) => {
    expect(() => parseMetadata(text)).toThrow(
      expect.objectContaining({
        code: 'PACKAGE_INVALID',
        message: 'Chart.yaml must state name and version as strings',
      }) as Error,
    );
  });
});

describe('the config', () => {
  test('has every member, in the order of the Go structs', () => {
    expect(configOf(WHOLE)).toBe(JSON.stringify(WHOLE).replace('>', '\\u003e'));
  });

  test('is the same whatever the order in Chart.yaml is', () => {
    expect(configOf(reversed(WHOLE) as JsonObject)).toBe(configOf(WHOLE));
    const entries = Object.entries<Json>(WHOLE);
    const orders = fc.shuffledSubarray(entries, { minLength: entries.length });
    fc.assert(
      fc.property(orders, (order) => {
        expect(configOf(Object.fromEntries(order))).toBe(configOf(WHOLE));
      }),
    );
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['an empty text', { home: '' }, {}],
    ['null', { home: null }, {}],
    ['false', { deprecated: false }, {}],
    ['an empty list', { keywords: [] }, {}],
    ['an empty map', { annotations: {} }, {}],
    ['a text of which nothing is left', { home: '\u0007' }, {}],
    ['a member that Helm does not know', { engine: 'gotpl' }, {}],
    [
      'an empty text of a maintainer',
      { maintainers: [{ name: 'A', email: '' }] },
      { maintainers: [{ name: 'A' }] },
    ],
  ])('leaves out %s', (_, written, left) => {
    const { name, version } = WHOLE;
    expect(configOf({ name, version, ...written })).toBe(JSON.stringify({ name, version, ...left }));
  });

  test('keeps empty texts in lists, and the repository of a dependency', () => {
    const { name, version } = WHOLE;
    const lists = { keywords: ['', 'a'], dependencies: [{ name: 'other', repository: '' }] };
    expect(configOf({ name, version, ...lists })).toBe(JSON.stringify({ name, version, ...lists }));
    expect(configOf({ name, version, dependencies: [{ name: 'other' }] })).toContain('"repository":""');
  });
});

describe("the manifest's annotations", () => {
  const CREATED = '2026-01-01T00:00:00Z';
  const OCI = 'org.opencontainers.image';

  function annotationsOf(object: JsonObject): JsonObject {
    return manifestAnnotations(metadataOf({ name: 'agent', version: '1.2.3', ...object }), CREATED);
  }

  test('are what OCI names, then the chart’s own, sorted', () => {
    expect(Object.entries(annotationsOf(WHOLE))).toEqual([
      ['a', '1'],
      ['b', '2'],
      [`${OCI}.authors`, 'A. Person (a@upstream.test), B'],
      [`${OCI}.created`, CREATED],
      [`${OCI}.description`, 'An agent.'],
      [`${OCI}.source`, 'https://upstream.test/source'],
      [`${OCI}.title`, 'agent'],
      [`${OCI}.url`, 'https://upstream.test'],
      [`${OCI}.version`, '1.2.3'],
    ]);
  });

  test.each<[string, JsonObject]>([
    ['nothing is said', {}],
    ['what is said is blank', { description: '\n', home: ' ', sources: ['\t', 'x'], maintainers: [] }],
  ])('are title, version and time when %s', (_, object) => {
    expect(annotationsOf(object)).toEqual({
      [`${OCI}.created`]: CREATED,
      [`${OCI}.title`]: 'agent',
      [`${OCI}.version`]: '1.2.3',
    });
  });

  test.each<[string, readonly JsonObject[], string]>([
    ['without email', [{ name: 'A' }], 'A'],
    ['with an empty email', [{ name: 'A', email: '' }], 'A'],
    ['with email', [{ name: 'A', email: 'a@b' }], 'A (a@b)'],
    ['with a URL, which has no place', [{ name: 'A', url: 'https://a' }], 'A'],
    ['of several', [{ name: 'A', email: 'a@b' }, { name: 'B' }, { name: 'C' }], 'A (a@b), B, C'],
  ])('name authors %s', (_, maintainers, authors) => {
    expect(annotationsOf({ maintainers })[`${OCI}.authors`]).toBe(authors);
  });

  test('of the chart replace the others, but not title and version', () => {
    const own = Object.fromEntries(
      ['title', 'version', 'authors', 'created', 'url'].map((key) => [`${OCI}.${key}`, 'mine']),
    );
    expect(annotationsOf({ ...WHOLE, annotations: own })).toMatchObject({
      [`${OCI}.title`]: 'agent',
      [`${OCI}.version`]: '1.2.3',
      [`${OCI}.authors`]: 'mine',
      [`${OCI}.created`]: 'mine',
      [`${OCI}.url`]: 'mine',
    });
  });
});
