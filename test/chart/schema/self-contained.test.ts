import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selfContainedSchema } from '../../../scripts/chart/schema/self-contained.ts';
import type { ChartError } from '../../../scripts/errors.ts';
import type { Json, JsonObject } from '../../../scripts/json/json.ts';
import { isObject } from '../../../scripts/json/tree.ts';
import { thisProject } from '../../helpers/this-project.ts';
import { smallProject } from '../small-project.ts';

const FRAGMENTS: Readonly<Record<string, JsonObject>> = {
  'templates/schema/texts.json': {
    type: 'string',
    definitions: { short: { type: 'string', maxLength: 1 }, 'a/b': { type: 'null' } },
  },
  'templates/schema/lists.json': {
    type: 'array',
    items: { $ref: 'texts.json' },
    definitions: { short: { type: 'array', items: { $ref: 'texts.json#/definitions/short' } } },
  },
  'templates/schema/deep/trees.json': {
    type: 'object',
    properties: { name: { $ref: '../texts.json' }, below: { $ref: 'trees.json' }, twin: { $ref: '#' } },
  },
};

/** Every ref that the fragments allow. */
const LEGAL = [
  'templates/schema/texts.json',
  'templates/schema/texts.json#/definitions/short',
  'templates/schema/texts.json#/definitions/a~1b',
  'templates/schema/lists.json',
  'templates/schema/lists.json#/definitions/short',
  './templates/schema/lists.json#/items',
  'templates/schema/deep/trees.json',
  'templates/schema/deep/trees.json#/properties/below',
  '#/definitions/own',
];

/** A project with a schema that has a property for each ref, and what else is given. */
function projectOf(
  refs: readonly string[],
  more: Readonly<Record<string, Json>> = {},
): ReadonlyMap<string, string> {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    properties: Object.fromEntries(refs.map(($ref, i) => [`p${i}`, { $ref }])),
    definitions: { own: { type: 'boolean' } },
  };
  const files = {
    'values.schema.json': schema,
    'other.json': {},
    'templates/x.json': {},
    ...FRAGMENTS,
    ...more,
  };
  return new Map(Object.entries(files).map(([path, data]) => [path, JSON.stringify(data)]));
}

/** Every ref in a schema. */
function refsIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => refsIn(item));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === '$ref' ? [String(item)] : refsIn(item)));
}

const AJV = { strict: false, allErrors: true };

describe('a bundled schema', () => {
  test('golden: fragments stand where they are met first, definitions before all', async () => {
    const refs = ['templates/schema/texts.json', 'templates/schema/texts.json#/definitions/short'];
    const files = new Map(projectOf(refs));
    const { properties, definitions } = JSON.parse(files.get('values.schema.json') ?? '') as JsonObject;
    const own = { ...(definitions as JsonObject), text: { $ref: refs[0] ?? '' } };
    files.set('values.schema.json', JSON.stringify({ properties, title: 'Values', definitions: own }));
    expect(JSON.stringify(await selfContainedSchema(files), null, 1).replaceAll(/\n */g, ' ')).toBe(
      '{ "$schema": "http://json-schema.org/draft-07/schema#", ' +
        '"properties": { "p0": { "$ref": "#/definitions/text" }, ' +
        '"p1": { "$ref": "#/definitions/text/definitions/short" } }, ' +
        '"title": "Values", ' +
        '"definitions": { "own": { "type": "boolean" }, ' +
        '"text": { "type": "string", "definitions": { "short": { "type": "string", "maxLength": 1 }, "a/b": { "type": "null" } } }, ' +
        '"short": { "$ref": "#/definitions/text/definitions/short" } } }',
    );
  });

  test('leaves alone what is no JSON file', async () => {
    const files = new Map([...projectOf(LEGAL), ['templates/schema/README.md', '# Fragments']]);
    expect(await selfContainedSchema(files)).toEqual(await selfContainedSchema(projectOf(LEGAL)));
  });

  test('refers to nothing but itself, and accepts what the files accept', async () => {
    const leaf = fc.constantFrom<Json[]>('', 'a', 'ab', true, null, 1);
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        leaf,
        fc.array(leaf, { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('name', 'below', 'twin'), tie('value'), { noNullPrototype: true }),
      ),
    }));
    const drawn = fc.array(fc.tuple(fc.constantFrom(...LEGAL), value), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(drawn, async (pairs) => {
        const files = projectOf(pairs.map(([ref]) => ref));
        const bundled = await selfContainedSchema(files);
        const foreign = refsIn(bundled).filter((ref) => !/^#(\/|$)/.test(ref));
        expect(foreign).toEqual([]);
        const authored = new Ajv(AJV);
        for (const [path, text] of files)
          authored.addSchema(JSON.parse(text) as JsonObject, `https://x.test/${path}`);
        const values = Object.fromEntries(pairs.map(([, drawnValue], i) => [`p${i}`, drawnValue]));
        // Compiling fails when a ref leads nowhere.
        expect(new Ajv(AJV).compile(bundled)(values)).toBe(
          authored.validate('https://x.test/values.schema.json', values),
        );
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['this chart', thisProject],
    ['the small chart', smallProject],
  ])('%s: refers to nothing but itself', async (_, project) => {
    const { files } = await project();
    const schema = JSON.parse(files.get('values.schema.json') ?? '') as JsonObject;
    const refs = refsIn(schema);
    expect(refs.length).toBeGreaterThan(0);
    expect(refs.filter((ref) => !ref.startsWith('#/'))).toEqual([]);
  });
});

/** With what error a project is refused. */
function refusal(files: ReadonlyMap<string, string>): Promise<ChartError | undefined> {
  return selfContainedSchema(files).then(
    () => undefined,
    (error: unknown) => error as ChartError,
  );
}

describe('SCHEMA_INVALID', () => {
  test.each([
    '../x.json',
    '../../etc/passwd',
    'other.json',
    'templates/x.json',
    'templates/schema/../../other.json',
    'templates/schema/none.json',
    '/etc/passwd',
    '/templates/schema/texts.json',
    '/project/templates/schema/texts.json',
    'file:///etc/passwd',
    'http://json-schema.org/draft-07/schema#',
    'https://example.org/x.json',
    '//example.org/x.json',
    'urn:example:x',
    'templates\\schema\\texts.json',
    'templates/schema/texts.json?x',
  ])('a ref to %s', async (ref) => {
    expect(await refusal(projectOf([...LEGAL, ref]))).toMatchObject({
      code: 'SCHEMA_INVALID',
      message: `values.schema.json refers to ${ref}, which is not a file of templates/schema/`,
    });
  });

  test.each([
    ['#/definitions/none', '/definitions/none'],
    ['#/definitions/own/type/x', '/definitions/own/type/x'],
    ['#own', 'own'],
    ['templates/schema/texts.json#/definitions/none', '/definitions/none'],
    ['templates/schema/texts.json#/definitions/a/b', '/definitions/a/b'],
  ])('a ref to %s, which is not there', async (ref, pointer) => {
    expect(await refusal(projectOf([ref]))).toMatchObject({
      code: 'SCHEMA_INVALID',
      message: `values.schema.json refers to ${ref}, and there is no schema at ${pointer}`,
    });
  });

  test.each([
    ['another fragment', '../../other.json', 'which is not a file of templates/schema/'],
    ['the network', 'http://example.org/x.json', 'which is not a file of templates/schema/'],
    ['itself', '#/definitions/none', 'and there is no schema at /definitions/none'],
  ])('a fragment that refers to %s that is not there', async (_, $ref, reason) => {
    const files = projectOf([], { 'templates/schema/bad.json': { anyOf: [{ items: { $ref } }] } });
    expect(await refusal(files)).toMatchObject({
      code: 'SCHEMA_INVALID',
      message: `templates/schema/bad.json refers to ${$ref}, ${reason}`,
    });
  });

  test.each([
    ['values.schema.json', '{"a":}', 'values.schema.json is not JSON: '],
    ['templates/schema/texts.json', 'type: string', 'templates/schema/texts.json is not JSON: '],
    ['values.schema.json', 'null', 'values.schema.json holds no JSON object'],
    ['templates/schema/texts.json', '[]', 'templates/schema/texts.json holds no JSON object'],
  ])('%s that holds %s', async (path, text, message) => {
    const error = await refusal(new Map([...projectOf(LEGAL), [path, text]]));
    expect(error?.code).toBe('SCHEMA_INVALID');
    expect(error?.message.slice(0, message.length)).toBe(message);
  });

  test('no schema at all is one that says nothing', async () => {
    expect(await selfContainedSchema(new Map())).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: {},
    });
  });
});
