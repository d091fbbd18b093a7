import fc, { type GeneratorValue } from 'fast-check';
import type { Json, JsonObject } from '../../scripts/json/json.ts';

/** Texts that some reader of YAML, JSON or Go templates takes for something else. */
const TEXTS = [
  'x',
  'yes',
  '012',
  '1e3',
  '0x1',
  'null',
  '~',
  '',
  ' a ',
  '# c',
  'a: b',
  '- a',
  '{{ .Values.x }}',
  '}}',
  '{{',
  '"',
  "'",
  '\\',
  '`',
  '%d %s',
  '$value',
  '{release.name}',
  'line\nline',
  '  in\n out\n',
  '\nx',
  'tab\there',
  'ü€😀',
  '|',
  '>-',
  '*a',
  '&a',
  '!t',
  '@',
  '[x]',
  '{x}',
  '2001-01-01',
  '1:30',
  'a #b',
  'a\\nb',
  '<a>&',
  '---',
  '...',
  '\u00a0',
  '\u200b',
  '\u{10ffff}',
  '\ufffd',
  '\u061c%',
  '? a',
  ': a',
  '- - a',
  '=',
  '<<',
  '.5',
  '1_000',
  '+1',
  '0o7',
  '.inf',
  '1e400',
  '- \n a',
  ' \n ',
  'a\n b\n  c',
  '\ta',
  'a\t',
  'a\r\nb',
  '\ra',
  'word '.repeat(40) + 'end',
  `"${'quoted: '.repeat(30)}"`,
  `'${"it's  ".repeat(30)}`,
  `# ${'long line\n'.repeat(30)}x`,
  '{"json": [1, "a\\u0000"]}',
  '\\u00a0\\x20\\n',
  '{{/* c */}}',
  '{{- 1 -}}',
  '{{`a`}}',
  '%!s(MISSING)',
] as const;

/** A text that is easy to get wrong; without what Helm cuts off the end of a document, which no value may have. */
export function strange(g: GeneratorValue): string {
  const one = (): string => g(fc.constantFrom, ...TEXTS);
  const text = g(fc.boolean) ? one() : one() + one();
  return text.replace(/[\n\u00a0]+$/, (end) => (end === '\n' ? end : 'x'));
}

/** Texts that end with what Helm would cut off the end of a document. */
export const CUT = ['\u00a0', 'a\u2003', 'a\n\u3000\n', 'line\nline\n\n', ' \u2003', '\u1680\n'] as const;

const NAMES =
  `k|a.b/c|it's|"q"|on|{{ k }}|ü|x y|1|0x1|null|~|- a|a: b|# c|\\|%|*|? k|=|.|[k]|{k}| k |k\u00a0`.split('|');

/** A key that is easy to get wrong. */
export function name(g: GeneratorValue): string {
  return g(fc.constantFrom, ...NAMES);
}

/** A scalar of a kind; one that is not empty where it must not be. */
export function scalar(g: GeneratorValue, kind: 'string' | 'integer' | 'boolean', full = false): Json {
  if (kind === 'boolean') return full || g(fc.boolean);
  if (kind === 'integer')
    return g(fc.constantFrom, ...(full ? [] : [0]), 1, -7, 1_000_000, 123_456_789_012, 2 ** 53 - 1);
  const text = strange(g);
  return full && text === '' ? 'x' : text;
}

/** A map that is not empty, with more in it. */
export function map(g: GeneratorValue): JsonObject {
  return {
    [name(g)]: strange(g),
    inner: { a: g(fc.constantFrom, 1, false, {}, 'x'), b: [strange(g)] },
  };
}

/** A map or list that is not empty. */
export function tree(g: GeneratorValue): Json {
  if (g(fc.boolean)) return map(g);
  const scalars = [1, true, null, 0.5, -0.1, 1e21, 1.5e-7, 123_456_789.25, 2 ** 53 - 1, -(2 ** 31)];
  return [strange(g), g(fc.constantFrom, ...scalars), { [name(g)]: [] }];
}
