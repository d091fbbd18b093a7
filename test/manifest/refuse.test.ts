import { describe, expect, test } from 'vitest';
import { decodeText } from '../../scripts/manifest/decode.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { IS_LONG } from '../helpers/draws.ts';

const OBJECT = 'apiVersion: v1\nkind: Test\nmetadata:\n  name: a\n';

const WRONG: readonly (readonly [name: string, text: string, code: string, place: string])[] = [
  ['no object at all', '# nothing\n---\n', 'PARSE_OBJECT', 'm.yaml holds no'],
  ['a list', '- a\n', 'PARSE_OBJECT', 'm.yaml:1: expected a map, found a list'],
  ['no apiVersion', '\n---\nkind: A\n', 'PARSE_OBJECT', 'm.yaml:3: '],
  ['no kind', 'apiVersion: v1\n', 'PARSE_OBJECT', "document's kind"],
  [
    'no name',
    'apiVersion: v1\nkind: A\n',
    'PARSE_OBJECT',
    "document's metadata.name must be a string; it is missing",
  ],
  ['a number as name', OBJECT.replace('name: a', 'name: 1'), 'PARSE_OBJECT', 'found the number 1'],
  ['a number as namespace', `${OBJECT}  namespace: 1\n`, 'PARSE_OBJECT', 'metadata.namespace'],
  ['a key twice', `---\n${OBJECT}kind: B\n`, 'PARSE_DUPLICATE', 'm.yaml:6: the key "kind" is there twice'],
  ['a key twice, as string and number', `${OBJECT}d: {"1": a, 1: b}\n`, 'PARSE_DUPLICATE', 'm.yaml:5: '],
  ['a null key', `${OBJECT}d: {~: a}\n`, 'PARSE_YAML', 'm.yaml:5: '],
  ['a float key', `${OBJECT}d: {1.5: a}\n`, 'PARSE_YAML', 'm.yaml:5: '],
  [
    'a float key that looks whole to JavaScript',
    `${OBJECT}d: {-0.0: a}\n`,
    'PARSE_YAML',
    'm.yaml:5: the key -0.0',
  ],
  ['a float key that Go writes otherwise', `${OBJECT}d:\n  1e6: a\n`, 'PARSE_YAML', 'm.yaml:6: the key 1e6'],
  ['a map as key', `${OBJECT}d: {{a: b}: a}\n`, 'PARSE_YAML', 'm.yaml:5: '],
  [
    'two equal resources',
    `${OBJECT}---\n${OBJECT}`,
    'PARSE_DUPLICATE',
    'm.yaml:6: Test a is already at line 1',
  ],
  [
    'one resource in two versions',
    `${OBJECT.replace('v1', 'g/v1')}---\n${OBJECT.replace('v1', 'g/v2')}`,
    'PARSE_DUPLICATE',
    'm.yaml:6: ',
  ],
  ['a syntax error', `${OBJECT}a: [\n`, 'PARSE_YAML', 'm.yaml:'],
  ['a syntax error further down', `${OBJECT}---\n${OBJECT}b: }\n`, 'PARSE_YAML', 'm.yaml:10: '],
  ['bad indentation', `${OBJECT} x: 1\n`, 'PARSE_YAML', 'm.yaml:5'],
  [
    'an escaped line break in front of an empty line',
    `${OBJECT}a: "b\\\n\n  c"\n`,
    'PARSE_YAML',
    'm.yaml:5: in a quoted text a line ends with \\ in front of an empty one',
  ],
  [
    'half of a character as a value',
    `${OBJECT}a: ["\\ud800"]\n`,
    'PARSE_YAML',
    'm.yaml:5: half of a surrogate pair',
  ],
  ['half of a character as a key', `${OBJECT}"a\\U0000DFFF": b\n`, 'PARSE_YAML', 'm.yaml:5: '],
  ['content behind ---', `--- {a: b}\n`, 'PARSE_YAML', 'm.yaml:1: content behind `---`'],
  ['content behind ...', `${OBJECT}...\n${OBJECT}`, 'PARSE_YAML', 'm.yaml:6: content behind `...`'],
  ['a directive', `%YAML 1.2\n---\n${OBJECT}`, 'PARSE_YAML', 'm.yaml:2: Missing directives-end'],
  ['HTML', '<!DOCTYPE html><html></html>', 'PARSE_ENCODING', 'm.yaml is HTML or XML'],
  ['HTML behind blank lines', '\n  <html lang="en">', 'PARSE_ENCODING', 'm.yaml is HTML or XML'],
  ['NUL', `${OBJECT}a: \u0000\n`, 'PARSE_ENCODING', 'm.yaml:5 has the character U+0000'],
  ['a line separator', `${OBJECT}a: b\u2028c\n`, 'PARSE_ENCODING', 'm.yaml:5 has the character U+2028'],
  [
    'a control character of Latin-1',
    `${OBJECT}a: b\u009fc\n`,
    'PARSE_ENCODING',
    'm.yaml:5 has the character U+009F',
  ],
  ['a bare carriage return', `${OBJECT}a: b\rc: d\n`, 'PARSE_ENCODING', 'U+000D'],
];

describe('refused, with file and line', () => {
  test.each(WRONG)('%s', (_, text, code, place) => {
    expect(() => parseManifest(text, 'm.yaml')).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(place) }),
    );
  });

  test('bytes that are not UTF-8', () => {
    expect(() => decodeText(Uint8Array.of(0x61, 0xff), 'm.yaml')).toThrow(
      expect.objectContaining({ code: 'PARSE_ENCODING' }),
    );
  });
});

const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...Array.from('bcdefghij').map(
    (name, i) => `${name}: &${name} [${`*${'abcdefghij'[i] ?? ''}, `.repeat(9)}]`,
  ),
].join('\n');

/** Takes seconds, most of them of reading what is within the limit: for the long tests. */
const LARGEST = 'a hundred documents of nearly too many tokens';

/** Text made to hurt; each must be refused or read in about a second on a slow machine. */
const HOSTILE: readonly (readonly [name: string, text: string, code: string])[] = [
  ['alias bomb', OBJECT + bomb, 'PARSE_LIMIT'],
  [
    'alias bomb of one long string',
    `${OBJECT}a: &a ${'x'.repeat(1e6)}\nb: [${'*a, '.repeat(1000)}]\n`,
    'PARSE_LIMIT',
  ],
  [
    'merge bomb',
    `${OBJECT}a: &a {${Array.from({ length: 2000 }, (_, i) => `k${i}: 1`).join(', ')}}\n${Array.from({ length: 2000 }, (_, i) => `m${i}: {<<: *a}`).join('\n')}`,
    'PARSE_LIMIT',
  ],
  ['nested brackets', `${OBJECT}a: ${'['.repeat(1e6)}`, 'PARSE_LIMIT'],
  ['nested maps', `${OBJECT}a: ${'{a: '.repeat(3e5)}`, 'PARSE_LIMIT'],
  ['nested dashes', `${OBJECT}a:\n  ${'- '.repeat(5e5)}x`, 'PARSE_LIMIT'],
  ['nested question marks', '? '.repeat(5e5), 'PARSE_LIMIT'],
  [
    'nested indentation',
    Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    'PARSE_LIMIT',
  ],
  ['one line of megabytes', `${OBJECT}a: ${'x'.repeat(3e6)}`, 'PARSE_LIMIT'],
  ['a file beyond the limit', `${OBJECT}${'# x\n'.repeat(17e6)}`, 'PARSE_LIMIT'],
  ['an unclosed quote', `${OBJECT}a: "${'x '.repeat(5e5)}`, 'PARSE_YAML'],
  ['bad escapes', `${OBJECT}a: "${'\\x'.repeat(1e5)}"`, 'PARSE_YAML'],
  [
    LARGEST,
    Array.from({ length: 100 }, (_, i) => `${OBJECT.trimEnd()}${i}\na:\n${'- {}\n'.repeat(95_000)}`).join(
      '---\n',
    ),
    'PARSE_LIMIT',
  ],
  ['markers', '---\n'.repeat(5e5), 'PARSE_OBJECT'],
  ['directives', '%YAML 1.1\n'.repeat(1e5), 'PARSE_YAML'],
];

describe('hostile text is refused in bounded time', () => {
  test.each(HOSTILE.filter(([name]) => IS_LONG || name !== LARGEST))(
    '%s',
    { timeout: 60_000 },
    (_, text, code) => {
      expect(() => parseManifest(text, 'm.yaml')).toThrow(expect.objectContaining({ code }));
    },
  );
});
