import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify, type ToStringOptions } from 'yaml';
import type { Json } from '../../scripts/json/json.ts';
import { documentText } from '../../scripts/manifest/canonical.ts';
import { composeDocument } from '../../scripts/manifest/compose.ts';
import { aliasBudget, Expander } from '../../scripts/manifest/expand.ts';
import { objectOf } from '../../scripts/manifest/object.ts';
import { quickObject } from '../../scripts/manifest/quick.ts';
import { quickText } from '../../scripts/manifest/quick-text.ts';
import { splitDocuments } from '../../scripts/manifest/split.ts';
import { someManifests } from '../helpers/real-manifests.ts';

/** What the reader of the whole grammar makes of a document; nothing when it refuses it. */
function read(text: string): { readonly object?: Json; readonly written?: string } {
  try {
    const place = { file: 'a.yaml', line: 1, text };
    const doc = composeDocument(place);
    const expander = new Expander(doc, place, aliasBudget());
    return { object: objectOf(doc.contents, expander), written: documentText(doc.contents, expander, doc) };
  } catch {
    return {};
  }
}

const documents = someManifests().flatMap(({ name, text }) =>
  splitDocuments(text.replaceAll('\r\n', '\n'), name)
    .filter(({ content }) => content)
    .map((chunk) => chunk.text),
);

/** Key order counts. */
const shown = (value: Json | undefined): string | undefined => JSON.stringify(value);

/** How much of a text was held against the other reader: nothing, what is read, or what is written too. */
function alike(text: string): 'unread' | 'read' | 'written' {
  const quick = quickObject(text);
  if (quick === undefined) return 'unread';
  const whole = read(text);
  expect(shown(quick.tree), text).toBe(shown(whole.object));
  const written = quickText(text);
  if (written === undefined) return 'read';
  expect(written, text).toBe(whole.written);
  return 'written';
}

test('real documents are read alike, nearly all of them, and most are written alike', () => {
  const known = documents.filter((text) => text.length < 100_000).map(alike);
  const share = (unlike: readonly string[]): number =>
    known.filter((how) => !unlike.includes(how)).length / known.length;
  expect(share(['unread'])).toBeGreaterThan(0.9);
  expect(share(['unread', 'read'])).toBeGreaterThan(0.6);
});

const WORDS =
  `a|b c|it's|say "x"|a: b|a #b|# c|-|- x|?|: x|{{ .x }}|[a]|*x|&y|yes|off|0644|1_000|0o7|1e3|.5|.inf
12:30|~|null|| lead|trail |<<|__proto__|tab\there|é \u00a0 x`.split(/[|\n]/);
const LONG = [
  'two\nlines',
  'more\n\n  indented\nend\n',
  '\n lead',
  'keep\n\n',
  'tab\n\t\n',
  '\t\ntab',
  'wide\n\u00a0\n',
  '\u2003\n',
  'folded '.repeat(30),
  'x'.repeat(1100),
];
const word = fc.constantFrom(...WORDS, ...LONG);
const value = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(word, tie('any'), { maxKeys: 3 }),
  ),
})).any;
const styles = fc.record({
  lineWidth: fc.constantFrom(0, 20, 60),
  indentSeq: fc.boolean(),
  indent: fc.constantFrom(1, 2, 4),
  defaultStringType: fc.constantFrom(
    'PLAIN',
    'QUOTE_SINGLE',
    'QUOTE_DOUBLE',
    'BLOCK_LITERAL',
    'BLOCK_FOLDED',
  ),
  blockQuote: fc.constantFrom(true, false, 'folded', 'literal'),
} as const);

test('drawn documents are read and written alike, in every style', () => {
  fc.assert(
    fc.property(fc.dictionary(word, value, { minKeys: 1, maxKeys: 4 }), styles, (object, style) => {
      alike(`${stringify(object, style as ToStringOptions).replace(/\n*$/, '')}\n`);
    }),
    { numRuns: 2000 },
  );
});

const PIECES =
  `\n| |  |\t|:|: |-|- |#| #|'|"|\\|>|>+|{|}|[|]|,|&a |*a|!x |? |%|@|<<: |\n\n|\n  |\n- |a|0`.split('|');
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.nat(3),
  put: fc.constantFrom('', '|', '|-', ...PIECES),
});

test('what is spoilt is read and written alike, or left to the other reader', () => {
  const short = documents.filter((text) => text.length < 3000);
  const drawn = fc.tuple(fc.constantFrom(...short), fc.array(edit, { minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(drawn, ([text, edits]) => {
      const spoilt = edits.reduce((now, { at, drop, put }) => {
        const from = Math.floor(at * now.length);
        return now.slice(0, from) + put + now.slice(from + drop);
      }, text);
      alike(`${spoilt.replace(/\n*$/, '')}\n`);
    }),
    { numRuns: 4000 },
  );
}, 120_000);

test.each([
  ['a key that is there twice', 'a: 1\na: 2\n'],
  ['a merge', 'a: &x { b: 1 }\nc:\n  <<: *x\n'],
  ['a tag', 'a: !!str 1\n'],
  ['a tab', 'a:\tb\n'],
  ['a number that JSON does not have', 'a: .inf\n'],
  ['a key that is no text', '1.5: a\n'],
  ['what is nested deep', `${'- '.repeat(101)}a\n`],
])('%s is left to the reader of the whole grammar', (_, text) => {
  expect(quickObject(text)).toBeUndefined();
});
