import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { schemaChanges } from '../../scripts/bump/schema-changes.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { ROOT } from '../helpers/this-project.ts';

/** A chart's schema with one value, and what it refers to. */
function withValue(value: JsonObject, definitions: JsonObject = {}): JsonObject {
  return { type: 'object', additionalProperties: false, properties: { a: value }, definitions };
}

function told(old: JsonObject, now: JsonObject, definitions: readonly JsonObject[] = []): readonly string[] {
  const [was, is = was] = definitions;
  return schemaChanges(withValue(old, was), withValue(now, is)).map(({ level, text }) => `${level}: ${text}`);
}

const TEXT = { type: 'string' };
const map = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...more,
});

describe('what a newer schema takes', () => {
  it.each<readonly [string, JsonObject, JsonObject, readonly string[]]>([
    ['the same in other words', { type: ['string'] }, { ...TEXT, description: 'other' }, []],
    [
      'a whole number is a number',
      { type: 'integer' },
      { type: 'number' },
      ['minor: the value a takes more'],
    ],
    ['another type', { type: ['string', 'null'] }, TEXT, ['major: the value a takes no more null']],
    ['a type where there was none', {}, TEXT, ['major: the value a takes only string']],
    ['a tighter pattern', TEXT, { ...TEXT, pattern: '^a' }, ['major: the value a takes less: pattern is ^a']],
    ['a smaller limit', { maximum: 9 }, { maximum: 8 }, ['major: the value a takes less: maximum is 8']],
    [
      'a larger one',
      { type: 'integer', maximum: 8 },
      { type: 'integer', maximum: 9 },
      ['minor: the value a takes more'],
    ],
    ['words', TEXT, { ...TEXT, enum: ['x', 'y'] }, ['major: the value a takes only "x", "y"']],
    ['a word less', { enum: ['x', 'y'] }, { enum: ['y', 'z'] }, ['major: the value a takes no more "x"']],
    ['a key less', map({ k: TEXT, l: TEXT }), map({ l: TEXT }), ['major: the value a.k is gone']],
    [
      'a key that was optional',
      map({ k: TEXT }),
      map({ k: TEXT }, { required: ['k'] }),
      ['major: the value a needs "k"'],
    ],
    [
      'a new key that must be there, and is by its default',
      map({}),
      map({ k: TEXT }, { required: ['k'] }),
      ['minor: the value a.k is new'],
    ],
    [
      'a new key of a list’s elements that must be there',
      { items: map({}) },
      { items: map({ k: TEXT }, { required: ['k'] }) },
      ['major: the value a[] needs "k"', 'minor: the value a[].k is new'],
    ],
    [
      'a key that is upstream’s own now',
      { type: 'object', propertyNames: { not: { enum: ['k'] } } },
      { type: 'object', propertyNames: { not: { enum: ['k', 'l'] } } },
      ['minor: the value a takes no more "l", which is upstream\'s now'],
    ],
    ['no other keys', { type: 'object' }, map({}), ['major: the value a takes no other keys any more']],
    [
      'the type of any key',
      { additionalProperties: TEXT },
      { additionalProperties: { type: 'boolean' } },
      ['major: the value a.* takes no more string'],
    ],
    [
      'a key of a map that takes any told of no more',
      { type: 'object', properties: { k: TEXT } },
      { type: 'object' },
      [],
    ],
    [
      'one of several shapes',
      { anyOf: [TEXT, { type: 'integer' }] },
      { anyOf: [TEXT] },
      ['major: the value a takes less'],
    ],
    ['nothing at all', TEXT, { not: {} }, ['major: the value a takes less']],
  ])('%s', (_, old, now, expected) => {
    expect(told(old, now)).toEqual(expected);
  });

  it('follows references, each into its own schema, also of a type that holds itself', () => {
    const list = (more: JsonObject): JsonObject => ({
      tree: map({ below: { type: 'array', items: { $ref: '#/definitions/tree' } }, ...more }),
    });
    const ref = { $ref: '#/definitions/tree' };
    expect(told(ref, ref, [list({})])).toEqual([]);
    expect(told(ref, ref, [list({ k: TEXT }), list({})])).toEqual(['major: the value a.k is gone']);
    expect(told(ref, ref, [list({}), list({ k: TEXT })])).toEqual(['minor: the value a.k is new']);
    expect(told(ref, map({ below: { type: 'array' } }), [list({})])).toEqual([
      'minor: the value a.below takes more',
    ]);
  });
});

test.each(['chart', 'projects/flannel/chart'])('%s takes what it takes', (chart) => {
  const schema = JSON.parse(readFileSync(join(ROOT, chart, 'values.schema.json'), 'utf8')) as JsonObject;
  expect(schemaChanges(schema, schema)).toEqual([]);
});
