import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReadable, KEY, TEXT } from '../../../scripts/chart/schema/text.ts';

const text = new RegExp(TEXT, 'u');

const READABLE = [
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  '^(a|b\\.c)+$',
  '^[A-Za-z0-9:._-]{1,5}$',
  '^/[^:\\x00-\\x1f\\x7f-\\x9f\u2028\u2029\ufeff\ufffe\uffff\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*$',
];

describe('a pattern', () => {
  it.each(READABLE)('%s takes nothing that is lost on the way to the cluster', (pattern) => {
    expect(isReadable(pattern)).toBe(true);
    fc.assert(fc.property(fc.stringMatching(new RegExp(pattern, 'u')), (drawn) => text.test(drawn)));
  });

  it.each([
    'a',
    '^a',
    'a$',
    '^a|b$',
    '^.*$',
    '^[^a]*$',
    '^\\s$',
    '^\\W$',
    '^é$',
    '^[^\\x00-\\x1f]*$',
    '^[^\\x00-\\x1f\\x7f-\\x9f\u2028\u2029\ufeff\ufffe\uffff]*$',
    '^[a\\S]$',
  ])('%s may take more', (pattern) => {
    expect(isReadable(pattern)).toBe(false);
  });
});

/** By name: a text, and whether it comes through to the cluster as it is. */
const TEXTS: Readonly<Record<string, readonly [text: string, is: boolean]>> = {
  empty: ['', true],
  plain: ['a', true],
  line: ['a\n', true],
  blank: ['a\n\nb\tü😀\r\nc', true],
  newline: ['\n', false],
  wide: ['a\u00a0', false],
  wideLine: ['a\u2003\n', false],
  inside: ['a\u00a0b', true],
  end: ['a\n\n', false],
  bell: ['a\u0007', false],
  delete: ['\u007f', false],
  next: ['a\u0085b', false],
  separator: ['a\u2028b', false],
  mark: ['\ufeff', false],
};

describe('a text', () => {
  it.each(Object.entries(TEXTS))('%s', (_, [value, is]) => {
    expect(text.test(value)).toBe(is);
  });
});

describe('a key', () => {
  const key = new RegExp(KEY, 'u');

  it('is any text but <<, which Helm reads as a merge, and what is lost on the way', () => {
    const keys = fc.array(fc.constantFrom('<', 'a', '\n', '\u0007'), { maxLength: 4 });
    fc.assert(
      fc.property(keys, (characters) => {
        const drawn = characters.join('');
        expect(key.test(drawn)).toBe(drawn !== '<<' && !drawn.includes('\u0007'));
      }),
    );
  });
});
