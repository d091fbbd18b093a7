import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goJson } from '../../scripts/json/go-json.ts';
import type { Json } from '../../scripts/json/json.ts';

test.each<[string, Json, string]>([
  ['what HTML would take for its own', '<a&b>', '"\\u003ca\\u0026b\\u003e"'],
  ['line separators', 'a\u2028b\u2029c', '"a\\u2028b\\u2029c"'],
  ['the same in keys', { '<': 1 }, '{"\\u003c":1}'],
  ['control characters as JSON has them', '\n\t"\\\u0001', '"\\n\\t\\"\\\\\\u0001"'],
  ['other texts as they are', 'é漢😀\u007F', '"é漢😀\u007F"'],
  ['keys in the given order, without blanks', { b: [1, true], a: null }, '{"b":[1,true],"a":null}'],
])('%s', (_, value, text) => {
  expect(goJson(value)).toBe(text);
});

test('whatever the value is, it is read back, and nothing in it is left to escape', () => {
  const character = fc.constantFrom('<', '>', '&', '\u2028', '\u2029', '\\', '"', 'u', 'a', '\n', '😀');
  const text = fc.array(character).map((characters) => characters.join(''));
  fc.assert(
    fc.property(fc.array(fc.record({ text, number: fc.integer() }, { noNullPrototype: true })), (value) => {
      const written = goJson(value);
      expect(JSON.parse(written)).toEqual(value);
      expect(written).not.toMatch(/[<>&\u2028\u2029]/);
    }),
  );
});
