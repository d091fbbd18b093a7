import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admits } from '../../../scripts/chart/schema/admits.ts';
import { implies } from '../../../scripts/chart/schema/implies.ts';
import { overlaid } from '../../../scripts/chart/schema/overlay.ts';
import type { Json, JsonObject } from '../../../scripts/json/json.ts';

const names = fc.constantFrom('a', 'b', 'c');
const types = fc.constantFrom('string', 'integer', 'number', 'boolean', 'object', 'array', 'null');
const small = fc.integer({ min: 0, max: 3 });

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json[]>(null, true, false, 0, 1, 2, 1.5, '', 'a', 'ab', 'b'),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** Schemas of the keywords that are told apart, and of some that are not. */
const { schema } = fc.letrec<{ schema: JsonObject; any: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json[]>({}, true, false),
    tie('schema'),
  ),
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('own', 'tree', 'word').map((name): JsonObject => ({ $ref: `#/definitions/${name}` })),
    fc
      .record({
        type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
        enum: fc.uniqueArray(value, { minLength: 1, maxLength: 3, selector: (one) => JSON.stringify(one) }),
        const: value,
        required: fc.uniqueArray(names, { maxLength: 2 }),
        properties: fc.dictionary(names, tie('any'), { maxKeys: 3, noNullPrototype: true }),
        additionalProperties: tie('any'),
        patternProperties: tie('any').map((one) => ({ '^a': one })),
        propertyNames: fc.uniqueArray(names, { minLength: 1 }).map((all) => ({ not: { enum: all } })),
        items: tie('any'),
        minimum: small,
        maximum: small,
        minLength: small,
        maxLength: small,
        minProperties: small,
        maxProperties: small,
        uniqueItems: fc.boolean(),
        pattern: fc.constantFrom('^a', 'b$', '^(a|b)?$'),
        allOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }),
        anyOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }),
        not: tie('any'),
        if: tie('any'),
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: tie('any'),
        else: tie('any'),
        description: fc.constant('D.'),
      })
      .chain((all) =>
        fc
          .subarray(Object.keys(all) as (keyof typeof all)[], { minLength: 1, maxLength: 3 })
          .map((keys): JsonObject => Object.fromEntries<Json>(keys.map((key) => [key, all[key]]))),
      ),
  ),
}));

const DEFINITIONS: Readonly<Record<string, JsonObject>> = {
  own: {
    type: 'object',
    additionalProperties: false,
    properties: { a: { type: 'string' }, b: {} },
    required: ['a'],
  },
  tree: {
    type: 'object',
    additionalProperties: { $ref: '#/definitions/tree' },
    properties: { c: { type: 'integer' } },
  },
  word: { type: 'string', pattern: '^a' },
};

const lookup = (ref: string): Json | undefined => DEFINITIONS[ref.slice('#/definitions/'.length)];

const AJV = { strict: false, logger: false, validateSchema: false, code: { optimize: false } } as const;

function accepts(one: Json): (it: Json) => boolean {
  const whole = { definitions: { ...DEFINITIONS, one }, $ref: '#/definitions/one' };
  const validate = new Ajv(AJV).compile(whole as JsonObject);
  return (it) => validate(it);
}

const values = fc.array(value, { minLength: 5, maxLength: 10 });

describe('an overlay', () => {
  test('takes what it and the derived schema take, and nothing else', () => {
    fc.assert(
      fc.property(schema, schema, values, (derived, overlay, drawn) => {
        const [ours, theirs, both] = [derived, overlay, overlaid(derived, overlay, lookup).schema].map(
          accepts,
        );
        for (const one of drawn)
          expect([one, both?.(one)]).toEqual([one, ours?.(one) === true && theirs?.(one) === true]);
      }),
      { numRuns: 300 },
    );
  });

  test('that says nothing changes nothing, and the same twice takes the same', () => {
    fc.assert(
      fc.property(schema, (derived) => {
        expect(overlaid(derived, {}, lookup)).toEqual({ schema: derived, faults: [] });
      }),
    );
  });

  const text = { type: 'string', description: 'Derived.' };
  const map = { type: 'object', additionalProperties: false, required: ['a'], properties: { a: text } };
  test.each<[string, JsonObject, JsonObject, JsonObject, readonly string[]]>([
    ['a description', text, { description: 'D.' }, { type: 'string', description: 'D.' }, []],
    ['a limit', text, { maxLength: 3 }, { ...text, maxLength: 3 }, []],
    ['a tighter limit', { maxLength: 9 }, { maxLength: 3 }, { maxLength: 3 }, []],
    ['a wider limit', { maxLength: 3 }, { maxLength: 9 }, { maxLength: 3 }, []],
    [
      'another pattern',
      { pattern: '^a' },
      { pattern: 'b$' },
      { pattern: '^a', allOf: [{ pattern: 'b$' }] },
      [],
    ],
    ['the same type', text, { type: 'string' }, text, ['schema/twice at']],
    ['another type', text, { type: ['string', 'null'] }, text, ['schema/looser at']],
    ['a value of another type', text, { enum: ['a', 1] }, { ...text, enum: ['a', 1] }, ['schema/looser at']],
    ['fewer values', { enum: ['a', 'b'] }, { enum: ['b'] }, { enum: ['b'] }, []],
    [
      'the same values',
      { enum: ['a', 'b'] },
      { enum: ['b', 'a'] },
      { enum: ['b', 'a'] },
      ['schema/twice at'],
    ],
    ['a needed key', map, { required: ['a', 'b'] }, { ...map, required: ['a', 'b'] }, []],
    ['a key that is needed', map, { required: ['a'] }, map, ['schema/twice at']],
    ['a key that is not there', map, { properties: { b: {} } }, map, ['schema/unbound at.b']],
    [
      'a value that it refuses',
      map,
      { properties: { a: false } },
      { ...map, properties: {} },
      ['schema/missing at.a'],
    ],
    [
      'a list’s element',
      { items: text },
      { items: { type: 'string' } },
      { items: text },
      ['schema/twice at[]'],
    ],
    [
      'a shared part',
      text,
      { $ref: '#/definitions/word' },
      { description: 'Derived.', $ref: '#/definitions/word' },
      [],
    ],
  ])('with %s', (_, derived, overlay, wanted, found) => {
    const root = (at: JsonObject): JsonObject => ({ properties: { at } });
    const { schema: whole, faults } = overlaid(root(derived), root(overlay), lookup);
    const { properties } = whole as { readonly properties: { readonly at: JsonObject } };
    expect(properties.at).toEqual(wanted);
    expect(faults.map(({ rule, place }) => `${rule} ${place}`)).toEqual(found);
  });
});

test('what one schema implies of another holds for every value', () => {
  let seen = 0;
  fc.assert(
    fc.property(schema, schema, values, (tight, wide, drawn) => {
      const both = { allOf: [tight, wide] };
      for (const [one, other] of [
        [tight, wide],
        [both, wide],
        [tight, tight],
      ] as const) {
        if (!implies(one, other, lookup)) continue;
        seen += 1;
        const [first, second] = [accepts(one), accepts(other)];
        for (const it of drawn) expect([it, first(it) && !second(it)]).toEqual([it, false]);
      }
    }),
    { numRuns: 300 },
  );
  expect(seen).toBeGreaterThan(300);
});

test('a value is admitted as a compiler of schemas admits it', () => {
  const known = schema.filter((one) => !/patternProperties|uniqueItems/.test(JSON.stringify(one)));
  fc.assert(
    fc.property(known, values, (one, drawn) => {
      const compiled = accepts(one);
      for (const it of drawn) expect([it, admits(one, it, lookup)]).toEqual([it, compiled(it)]);
    }),
    { numRuns: 300 },
  );
});
