import { describe, expect, test } from 'vitest';
import { jsonStyle } from '../../scripts/chart/json-style.ts';

describe('the style of a JSON text', () => {
  test.each([
    ['two spaces', '{\n  "b": 1,\n  "a": 2\n}', ['b', 'a'], '  '],
    ['four spaces', '{\n    "a": {\n        "c": 1\n    }\n}', ['a', 'c'], '    '],
    ['a tab', '{\n\t"a": 1\n}', ['a'], '\t'],
    ['one line: two spaces', '{"a": 1}', ['a'], '  '],
    ['keys in lists, each once', '[{"b": 1, "a": 1}, {"a": 2, "c": [{"b": 1}]}]', ['b', 'a', 'c'], '  '],
    ['no key', '3', [], '  '],
  ])('%s', (_, text, order, indent) => {
    expect(jsonStyle(text)).toEqual({ order, indent });
  });
});
