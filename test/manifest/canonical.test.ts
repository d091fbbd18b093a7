import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Document, Pair, parseAllDocuments, Scalar, YAMLMap, YAMLSeq, type Node, type ScalarTag } from 'yaml';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import { documentsDigest } from '../../scripts/fetch/documents-digest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { draws } from '../helpers/draws.ts';
import { someManifests } from '../helpers/real-manifests.ts';

const OBJECT = 'apiVersion: v1\nkind: Test\nmetadata:\n  name: a\n';

function canonical(text: string): string {
  return canonicalText(parseManifest(text, 'm.yaml'));
}

/** The canonical lines of a document that begins with {@link OBJECT}. */
function lines(text: string): string {
  return canonical(OBJECT + text).slice(`---\n${OBJECT}`.length);
}

describe('the canonical form', () => {
  test.each([
    ['flow becomes block, empty stays flow', 'a: [1, {b: []}]\nc: {}\n', 'a:\n  - 1\n  - b: []\nc: {}\n'],
    ['sequences are indented', 'a:\n- b: 1\n  c: 2\n', 'a:\n  - b: 1\n    c: 2\n'],
    ['quotes stay', `a: 'x'\nb: "y"\nc: z\n`, `a: 'x'\nb: "y"\nc: z\n`],
    [
      'what some readers take otherwise is quoted',
      'a: 12:30\nb: 2001-01-01\n',
      'a: "12:30"\nb: "2001-01-01"\n',
    ],
    [
      'what some readers take otherwise is spelt out',
      'a: on\nb: 0644\nc: 1_000\n',
      'a: true\nb: 420\nc: 1000\n',
    ],
    ['digits stay', 'a: 1.10\nb: 9223372036854775807\nc: 1e3\n', 'a: 1.10\nb: 9223372036854775807\nc: 1e3\n'],
    ['nulls stay', 'a:\nb: ~\nc: null\n', 'a:\nb: ~\nc: null\n'],
    ['literal blocks stay', 'a: |\n   x\n    y\nb: |-\n  x\n  y\n', 'a: |\n  x\n   y\nb: |-\n  x\n  y\n'],
    ['nothing is wrapped', `a: "x\n  y"\nb: >-\n  p\n  q\n`, 'a: "x y"\nb: |-\n  p q\n'],
    [
      'aliases and merges are expanded',
      'a: &x {p: 1}\nb: *x\nc: {<<: *x, q: 2}\n',
      'a:\n  p: 1\nb:\n  p: 1\nc:\n  p: 1\n  q: 2\n',
    ],
    [
      'comments and blank lines stay',
      '# one\n\na: 1 # two\nb:\n  # three\n  - x\n\n  - z\n\n# four\n',
      '# one\n\na: 1 # two\nb:\n  # three\n  - x\n\n  - z\n\n# four\n',
    ],
    ['keys are strings', 'a: {1: x, on: z}\n', 'a:\n  "1": x\n  "true": z\n'],
    [
      'what readers refuse stays an escape',
      String.raw`a: "\x7f\x9f\N\L\P\uFEFF"` + '\nb: ["\\u2028"]\n"\\u2029": 1\n',
      String.raw`a: "\u007f\u009f\u0085\u2028\u2029\ufeff"` + '\nb:\n  - "\\u2028"\n"\\u2029": 1\n',
    ],
    ['template text is text', 'a: "{{ .Values.x }}"\nb: x{{ y }}\n', 'a: "{{ .Values.x }}"\nb: x{{ y }}\n'],
    ['keys stay where they are', 'a:\n  b: 1\n  "10": 2\n  "9": 3\n', 'a:\n  b: 1\n  "10": 2\n  "9": 3\n'],
    ['a line of spaces at the end goes', 'a:\n  b:\n  \n', 'a:\n  b:\n'],
    ['and so does one behind a comment', 'a:\n  # b\n  \n', 'a: # b\n'],
    ['a blank line behind a block goes, with a tag too', 'a: |\n  x\n\n! b: 1\n', 'a: |\n  x\nb: 1\n'],
    ['long lines stay whole', `a: ${'word '.repeat(100)}end\n`, `a: ${'word '.repeat(100)}end\n`],
  ])('%s', (_, text, expected) => {
    expect(lines(text)).toBe(expected);
    expect(lines(expected)).toBe(expected);
  });

  test('the head comment, then documents behind ---', () => {
    const text = `# head\n\n---\n${OBJECT}\n---\n# b\n${OBJECT.replace('Test', 'Other')}`;
    expect(canonical(text)).toBe(`# head\n---\n${OBJECT}---\n# b\n${OBJECT.replace('Test', 'Other')}`);
  });
});

/** Parsing the canonical text gives the same objects, and writing it the same text. */
function expectStable(text: string): void {
  const first = parseManifest(text, 'm.yaml');
  const written = canonicalText(first);
  const second = parseManifest(written, 'm.yaml');
  expect(second.resources.map(({ object }) => object)).toEqual(first.resources.map(({ object }) => object));
  expect(canonicalText(second)).toBe(written);
  expect(documentsDigest(second)).toBe(documentsDigest(first));
}

/** 0644 is a number of YAML 1.1, in which Kubernetes reads. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

/** The objects of a document, which may be a list of some. */
function itemsOf(doc: Document): readonly unknown[] {
  const object = doc.toJS() as { readonly kind: string; readonly items?: readonly unknown[] } | null;
  return object?.kind.endsWith('List') === true ? (object.items ?? []) : [object];
}

describe('real files', () => {
  test.each(someManifests())('$name', ({ text }) => {
    expectStable(text);
    const plain = parseAllDocuments(text, { customTags: (core) => [OCTAL, ...core] }).flatMap(itemsOf);
    const read = parseManifest(text, 'm.yaml').resources.map(({ object }) => object);
    expect(read).toEqual(plain.filter((object) => object !== null));
  });
});

const SPECIAL = [
  'on',
  'yes',
  'y',
  '~',
  'null',
  '12:30',
  '0644',
  '1e3',
  '-',
  '- a',
  '? b',
  'a: b',
  '# c',
  ' #d',
  '<<',
  '---',
  '...',
  '%x',
  '\n',
  'a\nb',
  'a\n\n',
  '\n a',
  ' ',
  '\t',
  'x \ny',
  '"',
  "'",
  '{{ x }}',
  '[',
  '&a',
  '*a',
  '!t',
  '|',
  '>',
  '\u0085',
  '\u2028',
  '\u{1f600}',
  '=',
  '_',
  '.5',
  '+.inf',
  '0o7',
];
const textArb = fc.oneof(
  fc.constantFrom(...SPECIAL),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...SPECIAL),
        fc.string({ unit: fc.constantFrom(...Array.from(' \n\tab:#-"\'')) }),
      ),
      {
        maxLength: 4,
      },
    )
    .map((parts) => parts.join('')),
);
const styleArb = fc.constantFrom(
  Scalar.PLAIN,
  Scalar.QUOTE_DOUBLE,
  Scalar.QUOTE_SINGLE,
  Scalar.BLOCK_LITERAL,
  Scalar.BLOCK_FOLDED,
);
const commentArb = fc.option(fc.constantFrom(' c', ' a\n b', '!', ' x\n\n y', ''), {
  nil: undefined,
  freq: 5,
});
const scalarArb = fc
  .tuple(
    fc.oneof(
      textArb,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    styleArb,
  )
  .map(([value, type]) => {
    const scalar = new Scalar(value);
    if (typeof value === 'string') scalar.type = type;
    return scalar as Node;
  });
const { node: nodeArb } = fc.letrec<{ node: Node; bare: Node }>((tie) => ({
  bare: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalarArb,
    fc.tuple(fc.array(tie('node'), { maxLength: 4 }), fc.boolean()).map(([items, flow]) => {
      const seq = new YAMLSeq();
      seq.items = items;
      seq.flow = flow;
      return seq;
    }),
    fc
      .tuple(
        fc.uniqueArray(fc.tuple(textArb, styleArb, commentArb, tie('node')), {
          maxLength: 4,
          selector: ([key]) => key,
        }),
        fc.boolean(),
      )
      .map(([items, flow]) => {
        const map = new YAMLMap();
        map.flow = flow;
        map.items = items.map(([key, type, comment, value]) => {
          const name = new Scalar(key);
          name.type = type;
          if (comment !== undefined) name.commentBefore = comment;
          return new Pair(name, value);
        });
        return map;
      }),
  ),
  node: fc.tuple(tie('bare'), commentArb, commentArb, fc.boolean()).map(([node, comment, before, space]) => {
    // oxlint-disable-next-line no-param-reassign -- the node is fresh
    if (comment !== undefined) node.comment = comment;
    // oxlint-disable-next-line no-param-reassign -- the node is fresh
    if (before !== undefined) node.commentBefore = before;
    // oxlint-disable-next-line no-param-reassign -- the node is fresh
    if (space) node.spaceBefore = true;
    return node;
  }),
}));

describe('any document', () => {
  test('canonical text is stable', () => {
    let checked = 0;
    fc.assert(
      fc.property(nodeArb, fc.constantFrom(0, 20, 80), (node, lineWidth) => {
        const doc = new Document(
          { apiVersion: 'v1', kind: 'Test', metadata: { name: 'a' } },
          { compat: 'yaml-1.1' },
        );
        doc.add(new Pair(new Scalar('x'), node));
        const text = doc.toString({ lineWidth });
        try {
          parseManifest(text, 'm.yaml');
        } catch {
          return; // The writer does not know what the reader refuses.
        }
        checked += 1;
        expectStable(text);
      }),
      { numRuns: draws(150, 3000) },
    );
    expect(checked).toBeGreaterThan(50);
  });
});
