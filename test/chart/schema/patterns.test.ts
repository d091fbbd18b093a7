import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../scripts/json/json.ts';
import { isObject } from '../../../scripts/json/tree.ts';
import { ROOT } from '../../helpers/this-project.ts';

const schema = JSON.parse(await readFile(join(ROOT, 'chart', 'values.schema.json'), 'utf8')) as Json;
const patterns = [...new Set(patternsIn(schema))].map((pattern) => ({ pattern }));

/** What users write beside what is meant, and what engines read differently: ends of lines, blanks, case. */
const CHARACTERS = ' \t\n\r\f\0./:@-_%+0eEiAz{}$^\\éſK网😀';
const INSERTED = ['', '..', '...', '//', '\r\n', '\\n', 'e\u0301', ...Array.from(CHARACTERS)];

/** Strings under the keyword `pattern`; a property of that name holds a schema. */
function patternsIn(node: Json): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(patternsIn);
  if (!isObject(node)) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'pattern' && typeof value === 'string' ? [value] : patternsIn(value),
  );
}

/** Texts that match, and the same with something put in or cut off. */
function texts(pattern: string): fc.Arbitrary<string> {
  const matching = fc.stringMatching(new RegExp(pattern), { size: 'small' });
  const changed = fc
    .tuple(matching, fc.nat(), fc.nat(3), fc.constantFrom(...INSERTED))
    .map(([text, at, cut, inserted]) => {
      const chars = Array.from(text);
      return chars.toSpliced(at % (chars.length + 1), cut, inserted).join('');
    });
  return fc.oneof(matching, changed, fc.constantFrom(...INSERTED));
}

/** As ajv does it, and as Go does. */
function judges(pattern: string): readonly [(text: string) => boolean, (text: string) => boolean] {
  const [js, go] = [new RegExp(pattern, 'u'), RE2JS.compile(pattern)];
  return [(text) => js.test(text), (text) => go.matcher(text).find()];
}

test('the schema has patterns, each from its beginning to its end', () => {
  expect(patterns.length).toBeGreaterThan(20);
  expect(patterns.filter(({ pattern }) => !/^\^.*\$$/s.test(pattern))).toEqual([]);
});

describe.each(patterns)('$pattern', ({ pattern }) => {
  const [js, go] = judges(pattern);

  test('is the same in JavaScript and in Go', () => {
    fc.assert(
      fc.property(texts(pattern), (text) => js(text) === go(text)),
      { numRuns: 300 },
    );
  });

  test('takes something and refuses something', () => {
    const said = fc.sample(texts(pattern), { numRuns: 200, seed: 1 }).map(go);
    expect(new Set(said)).toEqual(new Set([true, false]));
  });
});

test('a pattern that engines read differently is noticed', () => {
  const [js, go] = judges('^a\\s$');
  expect([js('a\u00a0'), go('a\u00a0')]).toEqual([true, false]);
});
