import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { isObject } from '../../scripts/json/tree.ts';
import { mergeValues } from '../../scripts/json/merge-values.ts';
import { schemaTree, type SchemaNode } from '../../scripts/chart/schema/node.ts';
import { draws } from './draws.ts';
import { valuesArbitrary } from './schema-arbitrary.ts';
import { thisProject } from './this-project.ts';

/** Every construct that the arbitrary knows, each at its own property. */
const ZOO: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: false,
  required: ['one'],
  definitions: {
    name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
    'a/b': { type: 'boolean' },
  },
  properties: {
    one: { $ref: '#/definitions/name', minLength: 2 },
    escaped: { $ref: '#/definitions/a~1b' },
    types: { type: ['string', 'integer', 'null'], minimum: 3, maximum: 4, maxLength: 2 },
    constant: { const: { a: [1] } },
    option: { enum: ['a', 2, null] },
    number: { type: 'number', minimum: -1, maximum: 1 },
    list: {
      type: 'array',
      minItems: 2,
      maxItems: 3,
      uniqueItems: true,
      items: { $ref: '#/definitions/name' },
    },
    map: {
      allOf: [
        {
          type: 'object',
          propertyNames: { $ref: '#/definitions/name' },
          additionalProperties: { type: 'boolean' },
        },
        { propertyNames: { not: { enum: ['a', 'b'] } } },
      ],
    },
    pair: {
      type: 'object',
      additionalProperties: false,
      required: ['x'],
      minProperties: 2,
      maxProperties: 2,
      properties: { x: { type: 'boolean' }, y: { type: 'boolean' }, z: { type: 'boolean' } },
    },
    either: {
      type: 'object',
      additionalProperties: false,
      properties: { kind: { enum: ['a', 'b'] }, size: { type: 'integer' } },
      anyOf: [{ required: ['kind'], properties: { kind: { const: 'a' } } }, { required: ['size'] }],
      not: { required: ['kind', 'size'], properties: { kind: { const: 'b' } } },
    },
    one_of: {
      oneOf: [
        { type: 'string', enum: ['x'] },
        { type: 'integer', minimum: 0, maximum: 9 },
      ],
    },
    impossible: { anyOf: [{ allOf: [{ enum: ['a'] }, { enum: ['b'] }] }, { type: 'boolean' }] },
    free: { type: 'object' },
    anything: {},
  },
};

function judge(schema: JsonObject): (value: unknown) => boolean {
  return new Ajv({ strict: false }).compile(schema);
}

test('whatever is drawn from a schema, the schema accepts', () => {
  const accepts = judge(ZOO);
  fc.assert(fc.property(valuesArbitrary(ZOO), accepts), { numRuns: draws(200, 5000) });
});

test('every property and every option of a schema is drawn', () => {
  const drawn = fc.sample(valuesArbitrary(ZOO), { numRuns: 400, seed: 1 });
  expect(new Set(drawn.flatMap(Object.keys))).toEqual(new Set(Object.keys(ZOO['properties'] as JsonObject)));
  const at = (key: string): ReadonlySet<Json | undefined> => new Set(drawn.map((values) => values[key]));
  expect(at('option')).toEqual(new Set(['a', 2, null, undefined]));
  expect(at('types')).toContain(null);
  expect(at('types')).toContain(3);
  expect(at('one_of')).toContain('x');
});

test('keys that have a default may be left out or dropped by null, and the rest still fits', () => {
  const defaults = { one: 'ab', pair: { x: true, y: false }, number: 0 };
  const drawn = fc.sample(valuesArbitrary(ZOO, defaults), { numRuns: 300, seed: 1 });
  const accepts = judge(ZOO);
  expect(drawn.filter((values) => !accepts(mergeValues(defaults, values)))).toEqual([]);
  expect(drawn.some((values) => !('one' in values))).toBe(true);
  expect(drawn.some((values) => values['number'] === null)).toBe(true);
  expect(drawn.some(({ pair }) => isObject(pair) && 'z' in pair && pair['y'] === null)).toBe(true);
});

test('a counterexample shrinks to what matters', () => {
  const defaults = { one: 'ab' };
  const result = fc.check(
    fc.property(valuesArbitrary(ZOO, defaults), ({ list }) => !Array.isArray(list) || list.length < 3),
    { seed: 1, numRuns: 1000 },
  );
  expect(result.counterexample?.[0]).toEqual({
    list: [expect.any(String), expect.any(String), expect.any(String)],
  });
});

describe("this chart's schema", () => {
  test('accepts whatever is drawn, merged into the defaults, and has no property that is not reached', async () => {
    const { files, model, schema } = await thisProject();
    const bundled = JSON.parse(files.get('values.schema.json') ?? '{}') as JsonObject;
    const drawn = fc.sample(valuesArbitrary(bundled, model.defaults), { numRuns: 150, seed: 1 });
    const accepts = judge(bundled);
    expect(drawn.filter((own) => !accepts(mergeValues(model.defaults, own)))).toEqual([]);
    const reached = new Set(drawn.flatMap((values) => pathsIn(values, '')));
    expect(schemaPaths(schema, '').filter((path) => !reached.has(path))).toEqual([]);
    expect(schemaTree(bundled).properties.size).toBeGreaterThan(20);
  });
});

function pathsIn(values: JsonObject, prefix: string): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => [
    prefix + key,
    ...(isObject(value) ? pathsIn(value, `${prefix}${key}.`) : []),
  ]);
}

function schemaPaths(node: SchemaNode, prefix: string): readonly string[] {
  return [...node.properties].flatMap(([key, child]) => [
    prefix + key,
    ...schemaPaths(child, `${prefix}${key}.`),
  ]);
}
