import { expect, test } from 'vitest';
import { sanitize, sanitizeAll } from '../../scripts/package/sanitize.ts';

test.each([
  ['what is printed stays', 'A "chart": <é漢> 1½ €', 'A "chart": <é漢> 1½ €'],
  ['an accent of its own stays', 'e\u0301', 'e\u0301'],
  ['an emoji stays', '😀', '😀'],
  ['a line break', 'a\nb\r\nc', 'a b  c'],
  ['a tab', 'a\tb\vc\fd', 'a b c d'],
  ['blanks of other scripts', 'a\u0085b\u00A0c\u1680d\u2003e\u3000f', 'a b c d e f'],
  ['line separators', 'a\u2028b\u2029c', 'a b c'],
  ['control characters', 'a\u0000b\u0007c\u001Bd\u007Fe\u009Ff', 'abcdef'],
  ['characters without width', 'a\u200Bb\u200Dc\u00ADd\uFEFFe', 'abcde'],
  ['private and unassigned characters', 'a\uE000b\u{F0000}c\uFFFFd', 'abcd'],
  ['blanks at the ends', ' a\n', ' a '],
  ['nothing but blanks', '\n', ' '],
  ['nothing', '', ''],
])('%s', (_, text, expected) => {
  expect(sanitize(text)).toBe(expected);
});

test('every text but those of annotations and import-values, keys never', () => {
  const text = 'a\nb';
  expect(
    sanitizeAll({
      'name\n': text,
      deprecated: true,
      icon: null,
      keywords: [text, 1],
      maintainers: [{ name: text }],
      annotations: { a: text },
      dependencies: [{ name: text, tags: [text], 'import-values': [text] }],
    }),
  ).toEqual({
    'name\n': 'a b',
    deprecated: true,
    icon: null,
    keywords: ['a b', 1],
    maintainers: [{ name: 'a b' }],
    annotations: { a: text },
    dependencies: [{ name: 'a b', tags: ['a b'], 'import-values': [text] }],
  });
});
