import { describe, expect, test } from 'vitest';
import { newestEngine } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import type { Entry } from '../../scripts/recipe/entry.ts';
import type { Presets } from '../../scripts/recipe/types.ts';
import type { Draw } from '../helpers/language.ts';
import { contradictions } from '../helpers/language-proof.ts';

/* What the property has found, each as small as it was shrunk to. */

type Case = readonly [string, JsonObject, readonly object[], JsonObject];

/** An entry of the field that has the name of the value. */
function entry(path: string, rest: object): Entry {
  const targets = [{ select: { kind: 'Thing', name: 'theirs' }, fieldPaths: [`spec.${path}`], create: true }];
  return { path, place: 'replace', form: 'value', targets, ...rest };
}

const list = { place: 'append', form: 'yaml' } as const;
const switched = { place: 'merge', form: 'content', default: false } as const;

const CASES: readonly Case[] = [
  ['a no-break space at the end of a document', { v: 'x', kept: ['\u00a0'] }, [entry('v', {})], {}],
  ['a wide space at the end of a block', { v: 'x', kept: 'line\nline\u3000\n' }, [entry('v', {})], {}],
  [
    'a wide space at the end of a choice',
    {},
    [
      entry('v', {
        place: 'drop',
        form: 'choice',
        default: 'some',
        reason: 'r',
        choices: { none: '', some: ['x\u2003'] },
      }),
    ],
    { v: 'some' },
  ],
  [
    'what looks like $value or a token in a choice is text',
    { v: {} },
    [
      entry('v', {
        place: 'merge',
        form: 'choice',
        default: 'none',
        choices: { none: {}, some: { a: '$value', b: '{release.name}' } },
      }),
    ],
    { v: 'some' },
  ],
  [
    'two entries behind a list that is not there',
    {},
    [entry('v', list), { ...entry('v', list), path: 'w' }],
    { w: ['x'] },
  ],
  [
    'two entries behind an empty list',
    { v: [] },
    [entry('v', list), { ...entry('v', list), path: 'w' }],
    { v: ['x'], w: ['y'] },
  ],
  [
    'text around the value',
    {},
    [entry('v', { place: 'drop', form: 'content', default: '', content: 'a $value %' })],
    { v: 'b "c"' },
  ],
  [
    'a number in a text',
    {},
    [entry('v', { place: 'drop', form: 'content', default: 0, content: 'n=$value' })],
    { v: 1_000_000 },
  ],
  [
    'a token of the release in a text with quotes',
    {},
    [entry('v', { ...switched, content: { a: '"{release.name}"' } })],
    { v: true },
  ],
  [
    'a quote in the name of a choice',
    { v: 'a' },
    [entry('v', { form: 'choice', default: "it's", choices: { "it's": 'a', 'say "x"': 'b' } })],
    { v: 'say "x"' },
  ],
  [
    'a quote in the key that tells elements apart',
    { v: [{ 'a "b"': 'x' }] },
    [entry('v', { ...list, unique: 'a "b"' })],
    { v: [{ 'a "b"': 'x' }] },
  ],
  [
    'a value with the name of a template of the library',
    { json: '{"a": 1}', merge: {} },
    [entry('json', { form: 'json' }), entry('merge', { ...switched, content: { a: 'b' } })],
    { merge: true },
  ],
  [
    'JSON where upstream has none',
    {},
    [entry('v', { place: 'drop', form: 'json', default: {} })],
    { v: { b: [1, {}], a: '<' } },
  ],
];

/** Upstream's value, and a default that is another type of scalar: each is written as what it is. */
const OTHER_TYPES: readonly (readonly [Json, Json])[] = [
  [8080, 'http'],
  ['8080', 1_000_000],
  [1, 0.5],
  [0.5, 1_000_000],
  ['true', false],
  [true, 'a<b'],
];

/** A chart of one object of upstream's with these fields, and values for it. */
function drawn(
  spec: JsonObject,
  entries: readonly object[],
  values: JsonObject,
  { presets, ours = {} }: { readonly presets?: Presets; readonly ours?: JsonObject } = {},
): Draw {
  const object = (name: string, fields: JsonObject): JsonObject => ({
    apiVersion: 'test/v1',
    kind: 'Thing',
    metadata: { name },
    spec: { kept: 1, ...fields },
  });
  return {
    upstream: [object('theirs', spec)],
    own: [object('ours', ours)],
    entries: entries as readonly Entry[],
    presets,
    images: {},
    locked: {},
    values,
  };
}

/** What does not hold for {@link drawn}. */
function wrong(helm: Helm, ...draw: Parameters<typeof drawn>): Promise<readonly string[]> {
  return contradictions([drawn(...draw)], helm);
}

describe.each(await newestEngine())('helm $version', (helm) => {
  test.each(CASES)('%s', async (_, spec, entries, values) => {
    expect(await wrong(helm, spec, entries, values)).toEqual([]);
  });

  test('a default that is another type of scalar than upstream has', async () => {
    const draws = OTHER_TYPES.flatMap(([upstream, chart]) =>
      ['replace', 'drop'].flatMap((place) =>
        [upstream, chart].map((v) =>
          drawn({ v: upstream }, [entry('v', { place, default: chart, reason: 'r' })], { v }),
        ),
      ),
    );
    expect(await contradictions(draws, helm)).toEqual([]);
  });

  test('empty keys of a value that only a preset gives', async () => {
    const map = { ...entry('v', { form: 'yaml', omitEmpty: true }), path: 'deep.v' };
    const presets = {
      path: 'preset',
      default: 'usual',
      options: { usual: {}, other: { 'deep.v': { a: '', b: 'y' } } },
    };
    expect(await wrong(helm, { v: { a: 'x' } }, [map], { preset: 'other' }, { presets })).toEqual([]);
  });

  test('keys beside those of a map of our own that holds more than texts', async () => {
    const targets = [{ select: { kind: 'Thing', name: 'ours' }, fieldPaths: ['spec.v'] }];
    const map = { ...entry('v', { place: 'merge', form: 'yaml' }), targets };
    const ours = {
      v: { a: 'x', n: 1_000_000, f: 0.5, no: null, yes: true, o: { '{{': ['"'] }, l: [{}, []] },
    };
    expect(await wrong(helm, {}, [map], { v: { b: 'y', a: 'z' } }, { ours })).toEqual([]);
  });
});
