import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import type { Derivation, JsonEntry } from '../../scripts/recipe/entry.ts';
import { jsonText, prettyJson, styleOf } from '../../scripts/oracle/json-text.ts';

function entry(...derive: readonly Derivation[]): JsonEntry {
  return {
    path: 'config',
    place: 'replace',
    form: 'json',
    targets: [],
    ...(derive.length > 0 && { derive }),
  };
}

/** One line, so that tables stay readable. */
function flat(text: string): string {
  return JSON.stringify(JSON.parse(text));
}

describe('the style of the text', () => {
  test("upstream's keys come first in its order, then the others by name", () => {
    const upstream = '{\n    "z": 1,\n    "a": {"m": 2}\n}';
    const config = { a: { m: 1, b: 2, z: 3 }, y: 4, z: 5, c: 6 };
    expect(jsonText(entry(), upstream, { config })).toBe(
      [
        '{',
        '    "z": 5,',
        '    "a": {',
        '        "z": 3,',
        '        "m": 1,',
        '        "b": 2',
        '    },',
        '    "c": 6,',
        '    "y": 4',
        '}',
      ].join('\n'),
    );
  });

  test.each([
    ['two blanks', '{\n  "a": 1\n}', '{\n  "a": 2\n}'],
    ['a tab', '{\n\t"a": 1\n}', '{\n\t"a": 2\n}'],
    ['one line, for which two blanks are taken', '{"a":1}', '{\n  "a": 2\n}'],
    ['a last line break', '{\n  "a": 1\n}\n', '{\n  "a": 2\n}\n'],
    ['several, of which one stays', '{\n  "a": 1\n}\n\n', '{\n  "a": 2\n}\n'],
  ])('%s', (_, upstream, text) => {
    expect(jsonText(entry(), upstream, { config: { a: 2 } })).toBe(text);
  });

  test.each<[string, Json, string]>([
    ['nothing in a map', {}, '{}'],
    ['nothing in a list', [], '[]'],
    ['a list', [1, { a: null }], '[\n  1,\n  {\n    "a": null\n  }\n]'],
    ['what HTML reads', '<a>&b', '"\\u003ca\\u003e\\u0026b"'],
    ['what HTML reads in a key', { '<': 1 }, '{\n  "\\u003c": 1\n}'],
    ['line separators', '\u2028\u2029', '"\\u2028\\u2029"'],
    ['letters of any script', 'é网😀', '"é网😀"'],
    [
      'names by their bytes, not by UTF-16',
      { '\u{1f600}': 1, '\uffee': 2 },
      '{\n  "\uffee": 2,\n  "\u{1f600}": 1\n}',
    ],
  ])('%s', (_, value, text) => {
    expect(prettyJson(value, { order: [], indent: '  ' }, '')).toBe(text);
  });

  test('the text is the value, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue() as fc.Arbitrary<Json>, (value) => {
        const text = prettyJson(value, { order: ['a'], indent: '\t' }, '');
        // JSON has no -0 that JavaScript would write.
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('a text in a style has that style', () => {
    const keys = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1 });
    fc.assert(
      fc.property(keys, fc.constantFrom('  ', '    ', '\t'), (order, indent) => {
        const value: JsonObject = Object.fromEntries(order.map((key) => [key, 0]));
        const text = prettyJson(value, { order, indent }, '');
        expect(styleOf(text)).toEqual({ order, indent });
        expect(prettyJson(value, styleOf(text), '')).toBe(text);
      }),
    );
  });
});

describe('keys that follow another value', () => {
  const derive = { key: 'binDir', from: 'mounts.bin', unless: '/opt' };

  test.each<[string, JsonObject, string]>([
    ['are set', { config: {}, mounts: { bin: '/x' } }, '{"binDir":"/x"}'],
    ['give way to one that is set', { config: { binDir: '/y' }, mounts: { bin: '/x' } }, '{"binDir":"/y"}'],
    [
      'give way to one that is set to null',
      { config: { binDir: null }, mounts: { bin: '/x' } },
      '{"binDir":null}',
    ],
    ["are left out at the program's own default", { config: {}, mounts: { bin: '/opt' } }, '{}'],
    ['are left out when the value is empty', { config: {}, mounts: { bin: '' } }, '{}'],
    ['are left out when there is no value', { config: {} }, '{}'],
    ['are set without a configuration', { mounts: { bin: '/x' } }, '{"binDir":"/x"}'],
  ])('%s', (_, values, text) => {
    expect(flat(jsonText(entry(derive), '{}', values))).toBe(text);
  });

  test.each<[Json, string]>([
    [9091, '{"port":9091}'],
    [0, '{}'],
    [false, '{}'],
    [true, '{"port":true}'],
    [['a'], '{"port":["a"]}'],
    [[], '{}'],
  ])('%j follows as it is', (port, text) => {
    expect(flat(jsonText(entry({ key: 'port', from: 'port' }), '{}', { port, config: {} }))).toBe(text);
  });

  test('the default of a program is compared as text', () => {
    const number = { key: 'port', from: 'port', unless: 80 };
    expect(flat(jsonText(entry(number), '{}', { port: 80 }))).toBe('{}');
    expect(flat(jsonText(entry(number), '{}', { port: '80' }))).toBe('{}');
    expect(flat(jsonText(entry(number), '{}', { port: 81 }))).toBe('{"port":81}');
  });
});
