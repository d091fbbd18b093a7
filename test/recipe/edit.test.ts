import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ChartError } from '../../scripts/errors.ts';
import { appendYaml, editYaml, type YamlPath } from '../../scripts/recipe/edit.ts';

const edit = (text: string, path: YamlPath, to?: string): string => editYaml(text, 'r.yaml', [{ path, to }]);

describe('a text in place of another', () => {
  test.each([
    ['plain', 'a: one # why\nb: 2\n', ['a'], 'two', 'a: two # why\nb: 2\n'],
    ['in its quotes', "a: 'one' # why\n", ['a'], "it's", "a: 'it''s' # why\n"],
    ['in double quotes', 'a: "one"\n', ['a'], 'x"y', 'a: "x\\"y"\n'],
    ['what would be a number', 'a: v1\n', ['a'], '1.10', "a: '1.10'\n"],
    ['what YAML 1.1 takes for a truth', 'a: v1\n', ['a'], 'yes', "a: 'yes'\n"],
    ['in a list on one line', 'l: [a, b] # l\n', ['l', 1], '[name=x].y', "l: [a, '[name=x].y'] # l\n"],
    ['in a list of lines', 'l:\n  # one\n  - a\n  - b\n', ['l', 0], 'c', 'l:\n  # one\n  - c\n  - b\n'],
    ['behind an alias', 'p: &x { k: a }\nq: *x\n', ['q', 'k'], 'b', 'p: &x { k: b }\nq: *x\n'],
    ['over several lines', 'a: one\n  two\nb: 1\n', ['a'], 'x', 'a: x\nb: 1\n'],
  ] as const)('%s', (_, text, path, to, expected) => {
    expect(edit(text, path, to)).toBe(expected);
  });
});

describe('a key that goes', () => {
  test.each([
    ['a line', '# top\na: 1\n# b\nb: 2 # two\nc: 3\n', ['b'], '# top\na: 1\n# b\nc: 3\n'],
    ['a folded text', 'a: 1\nr: >-\n  one\n  two\n\n# c\nc: 3\n', ['r'], 'a: 1\n\n# c\nc: 3\n'],
    ['a block', 'a: 1\nb:\n  c: 1\n  d: [1]\ne: 2\n', ['b'], 'a: 1\ne: 2\n'],
    ['the last, without a line break', 'a: 1\nb: 2', ['b'], 'a: 1\n'],
    ['of a map on one line', 'm: { a: 1, b: 2, c: 3 }\n', ['m', 'b'], 'm: { a: 1, c: 3 }\n'],
    ['the first of a map on one line', 'm: { a: 1, b: 2 }\n', ['m', 'a'], 'm: { b: 2 }\n'],
    ['the first of an element', '- a: 1\n  b: 2\n', [0, 'a'], '- b: 2\n'],
    [
      'an element',
      'l:\n  - a # one\n  # two\n  - b: 1\n    c: 2\nd: 1\n',
      ['l', 1],
      'l:\n  - a # one\n  # two\nd: 1\n',
    ],
    ['an element on one line', 'l: [a, b, c]\n', ['l', 1], 'l: [a, c]\n'],
    ['of JSON, the last on lines', '{\n  "a": 1,\n  "b": 2\n}\n', ['b'], '{\n  "a": 1\n}\n'],
  ] as const)('%s', (_, text, path, expected) => {
    expect(edit(text, path)).toBe(expected);
  });

  test('several of one map, and of one line', () => {
    const both = [
      { path: ['b'], to: undefined },
      { path: ['c'], to: undefined },
    ];
    expect(editYaml('a: 1\nb: 2\nc: 3\n', 'r.yaml', both)).toBe('a: 1\n');
    const inLine = both.map(({ path }) => ({ path: ['m', ...path], to: undefined }));
    expect(editYaml('m: { a: 1, b: 2, c: 3 }\n', 'r.yaml', inLine)).toBe('m: { a: 1 }\n');
  });
});

describe('a key that is new', () => {
  test.each([
    ['a line', 'm:\n  a: 1 # one\n\n# end\n', ['m', 'b'], 'm:\n  a: 1 # one\n  b: []\n\n# end\n'],
    ['behind a block', 'a:\n  c: 1', ['b'], 'a:\n  c: 1\nb: []'],
    ['of an element', '- a: 1\n- c: 1\n', [0, 'b'], '- a: 1\n  b: []\n- c: 1\n'],
    ['on one line', 'm: { a: 1 }\n', ['m', 'b'], 'm: { a: 1, b: [] }\n'],
  ] as const)('%s', (_, text, path, expected) => {
    expect(editYaml(text, 'r.yaml', [{ path, to: '[]', isNew: true }])).toBe(expected);
  });
});

test.each([
  ['what is not there', 'a: 1\n', ['b'], 'x'],
  ['a list', 'a: [1]\n', ['a'], 'x'],
  ['a text of several lines', 'a: |\n  x\n', ['a'], 'y'],
  ['a key that is not there', 'a: 1\n', ['b'], undefined],
  ['all that a map has', 'm:\n  a: 1\n', ['m', 'a'], undefined],
  ['an anchor that is missed elsewhere', 'a: &x 1\nb: *x\n', ['a'], undefined],
])('is refused: %s', (_, text, path, to) => {
  const refused = (): string => editYaml(text, 'r.yaml', [{ path, to }]);
  expect(refused).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }) as ChartError);
});

// Without y and no, which are truths as keys, too.
const WORD = fc.stringMatching(/^k[a-z]{1,6}$/);
const TEXT = fc.oneof(
  fc.string(),
  WORD,
  fc.constantFrom('yes', '0644', '1.10', '# x', 'a: b', '[n=x].y', "'", '~', '- a'),
);
/** Lines with comments, blank lines and flow maps between. */
const FILE = fc
  .uniqueArray(fc.record({ key: WORD, note: fc.boolean(), flow: fc.boolean(), blank: fc.boolean() }), {
    selector: ({ key }) => key,
    minLength: 2,
    maxLength: 8,
  })
  .map((lines) => ({
    keys: lines.map(({ key, flow }) => (flow ? [key, 'in'] : [key])),
    text: lines
      .map(
        ({ key, note, flow, blank }) =>
          `${blank ? '\n' : ''}${note ? `# about ${key}\n` : ''}${key}: ${flow ? `{ in: '${key}', b: 1 }` : key}${note ? ' # so' : ''}\n`,
      )
      .join(''),
  }));

test('a round trip without edits is byte for byte', () => {
  fc.assert(fc.property(fc.string(), (text) => editYaml(text, 'r.yaml', []) === text));
});

test('an edit changes what it means and no other line', () => {
  fc.assert(
    fc.property(FILE, fc.nat(), TEXT, ({ keys, text }, pick, to) => {
      const path = keys[pick % keys.length] ?? [];
      const edited = edit(text, path, to);
      const expected = parse(text) as Record<string, unknown>;
      expected[path[0] ?? ''] = path.length === 2 ? { in: to, b: 1 } : to;
      expect(parse(edited)).toEqual(expected);
      const [before, after] = [text.split('\n'), edited.split('\n')];
      expect(after.length).toBe(before.length);
      expect(before.filter((line, i) => line !== after[i]).length).toBeLessThanOrEqual(1);
    }),
  );
});

test.each([
  ['at the margin', 'a:\n- x\n# end\nb: 1\n', 'a:\n- x\n\n- y: 1\n  z: 2\n# end\nb: 1\n'],
  [
    'further in, behind a comment',
    'a:\n    -   x # one\n\nb: 1\n',
    'a:\n    -   x # one\n\n    - y: 1\n      z: 2\n\nb: 1\n',
  ],
  ['at the end, without a line break', 'a:\n  - x', 'a:\n  - x\n\n  - y: 1\n    z: 2\n'],
  [
    'behind a text of lines',
    'a:\n  - |\n    x\n\nb: 1\n',
    'a:\n  - |\n    x\n\n  - y: 1\n    z: 2\n\nb: 1\n',
  ],
])('an element is added to a list %s', (_, before, after) => {
  expect(appendYaml(before, 'f.yaml', ['a'], '  - y: 1\n    z: 2\n')).toBe(after);
});
