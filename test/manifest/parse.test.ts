import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { parseManifest } from '../../scripts/manifest/parse.ts';

const OBJECT = 'apiVersion: v1\nkind: Test\nmetadata:\n  name: a\n';

function objects(text: string): readonly unknown[] {
  return parseManifest(text, 'm.yaml').resources.map(({ object }) => object);
}

/** The object of a document with further lines. */
function fields(lines: string): Readonly<Record<string, unknown>> {
  const {
    apiVersion: _,
    kind: __,
    metadata: ___,
    ...rest
  } = objects(OBJECT + lines)[0] as Record<string, unknown>;
  return rest;
}

describe('documents', () => {
  const text = `# head\n---\n# of a\n${OBJECT}---\n---\n# only a comment\n---\n${OBJECT.replace('name: a', 'name: b\n  namespace: ns')}\n\n...\n`;
  const manifest = parseManifest(text, 'm.yaml');

  test('empty documents are skipped, comments are kept', () => {
    expect(manifest.head).toBe('# head\n');
    expect(manifest.resources.map(({ name, namespace }) => [name, namespace])).toEqual([
      ['a', undefined],
      ['b', 'ns'],
    ]);
    expect(manifest.resources[0]?.text).toBe(`# of a\n${OBJECT}`);
    expect(manifest.resources[1]?.text).toContain('# only a comment\n\napiVersion');
  });

  test('line is where the text begins, ranges are offsets into the text', () => {
    for (const { text: own, line, doc, name } of manifest.resources) {
      expect(text.split('\n')[line - 1]).toBe(own.split('\n')[0]);
      const node = doc.getIn(['metadata', 'name'], true) as { range: [number, number, number] };
      expect(own.slice(node.range[0], node.range[1])).toBe(name);
      expect(own.endsWith('\n') && !own.endsWith('\n\n')).toBe(true);
    }
  });

  test.each([
    ["w:\n  v: 'a\n  b'\n", { w: { v: 'a b' } }],
    ['w:\n  v: "a\n b \\" c\n\nd"\nx: 1\n', { w: { v: 'a b " c\nd' }, x: 1 }],
    ["w:\n- 'it''s\nb'\n- k: 'c\n  d'\n", { w: ["it's b", { k: 'c d' }] }],
    ["w:\n    v: [\n      a, 'b\n  c'\n    ]\n", { w: { v: ['a', 'b c'] } }],
    ["w: 'a''\n#b'\n", { w: "a' #b" }],
    ['w: "a\\"\n# b"\nx: 1\n', { w: 'a" # b', x: 1 }],
    ["w: 'a''\nb'\nx:\n- 'c''\n#d'\n", { w: "a' b", x: ["c' #d"] }],
    ['w: &x { p: 1 }\nv: !!str "a\nb"\nz: *x\n', { w: { p: 1 }, v: 'a b', z: { p: 1 } }],
    ["w:\n  t: |\n    it's\n  v: 'a\n  b' # c\n  u: it's\n", { w: { t: "it's\n", v: 'a b', u: "it's" } }],
  ])('the next lines of a quoted text begin anywhere, and are set right: %j', (lines, object) => {
    const quoted = OBJECT + lines;
    const { resources } = parseManifest(`${quoted}---\n${OBJECT.replace('name: a', 'name: b')}`, 'm.yaml');
    const [one, two] = resources;
    expect(one?.object).toMatchObject(object);
    expect(one?.text.replaceAll(/^ +/gm, '')).toBe(quoted.replaceAll(/^ +/gm, ''));
    expect(parseDocument(one?.text ?? '').errors).toEqual([]);
    expect(two?.line).toBe(quoted.split('\n').length + 1);
  });

  test('a quote that ends elsewhere than it should is told as it stands', () => {
    expect(() => objects(`${OBJECT}v:\n  x: 'a\nw: 'b'\n`)).toThrow(/^m\.yaml:6: Missing closing 'quote/);
  });

  test('byte order mark and CRLF', () => {
    expect(objects(`\ufeff${OBJECT.replaceAll('\n', '\r\n')}`)).toEqual(objects(OBJECT));
  });

  test('blank lines that a block scalar keeps', () => {
    expect(fields('v: |+\n  a\n\n\n')).toEqual({ v: 'a\n\n\n' });
  });

  test('a List is flattened, also a nested and a typed one, with aliases between items', () => {
    const list = `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: A
    metadata: &m {name: one}
  - kind: TestList
    apiVersion: v1
    items:
      - apiVersion: v1
        kind: B
        metadata: *m
`;
    const { resources } = parseManifest(`---\n${list}`, 'm.yaml');
    expect(resources.map(({ kind, name, line }) => [kind, name, line])).toEqual([
      ['A', 'one', 5],
      ['B', 'one', 11],
    ]);
    for (const { text: own, doc, object } of resources) {
      expect(doc.toJS()).toEqual(object);
      expect(parseDocument(own).toJS()).toEqual(object);
    }
  });

  test('items of a typed list leave their kind to it; one of null has none', () => {
    const typed = 'apiVersion: v1\nkind: TestList\nitems:\n  # b\n  - metadata: { name: b }\n    a: 1\n';
    const { resources } = parseManifest(`${typed}---\n${OBJECT}---\nkind: List\nitems: null\n`, 'm.yaml');
    expect(resources.map(({ kind, name, line }) => [kind, name, line])).toEqual([
      ['Test', 'b', 5],
      ['Test', 'a', 8],
    ]);
    expect(resources[0]?.object).toEqual({ apiVersion: 'v1', kind: 'Test', metadata: { name: 'b' }, a: 1 });
  });

  test('a List item that is wrong is named by its line', () => {
    const list = 'apiVersion: v1\nkind: List\nitems:\n  - kind: A\n';
    expect(() => objects(list)).toThrow(/^m\.yaml:4: the document's apiVersion/);
  });
});

describe('aliases and merge keys', () => {
  test('are expanded', () => {
    expect(fields('a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  q: 3\n  r: 4\n')).toEqual({
      a: { p: 1, q: 2 },
      b: { p: 1, q: 2 },
      c: { p: 1, q: 3, r: 4 },
    });
  });

  test('are expanded with the tag that yq gives merge keys, in quotes too', () => {
    const text = 'a: &x {p: 1}\nb:\n  !!merge <<: *x\n  q: 2\nc: {!!merge "<<": *x}\n';
    expect(fields(text)).toEqual({ a: { p: 1 }, b: { p: 1, q: 2 }, c: { p: 1 } });
    expect(() => fields('a: !!merge b\n')).toThrow(/m\.yaml:5: b is no merge key/);
  });

  test('a merge behind a key that it has with the same value changes nothing', () => {
    const text = 'a: &x {p: 1, q: 2}\nb:\n  p: 1\n  <<: *x\n  q: 3\n';
    expect(fields(text)).toEqual({ a: { p: 1, q: 2 }, b: { p: 1, q: 3 } });
  });

  test('an anchor may be set again', () => {
    expect(fields('a: &x 1\nb: *x\nc: &x 2\nd: *x\n')).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  test('of several merged maps the first wins; a quoted << is a key', () => {
    expect(fields('a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}\nd: {"<<": 1}\n')).toMatchObject({
      c: { p: 1, q: 2 },
      d: { '<<': 1 },
    });
  });

  test.each([
    ['a merge behind the key it overrides', 'a: &x {p: 1}\nb:\n  p: 2\n  <<: *x\n', 'PARSE_DUPLICATE', 8],
    [
      'a key behind a merge and in front of it',
      'a: &x {p: 1}\nb:\n  p: 1\n  <<: *x\n  p: 2\n',
      'PARSE_DUPLICATE',
      9,
    ],
    ['two merges', 'a: &x {p: 1}\nb:\n  <<: *x\n  <<: *x\n', 'PARSE_DUPLICATE', 8],
    ['a merge of a number', 'a: {<<: 1}\n', 'PARSE_YAML', 5],
    ['an alias without anchor', 'a: 1\nb: *x\n', 'PARSE_YAML', 6],
    ['an alias in its own anchor', 'a: &x [*x]\n', 'PARSE_LIMIT', 5],
  ])('%s is refused', (_, lines, code, line) => {
    expect(() => fields(lines)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(`m.yaml:${line}: `) }),
    );
  });
});

describe('keys', () => {
  test('are strings as for Kubernetes, also the odd ones', () => {
    expect(fields('a: {on: 1, n: 2, 0x10: 3}\n')).toEqual({ a: { true: 1, false: 2, 16: 3 } });
  });

  test('__proto__ is a key like any other', () => {
    const made = fields('data:\n  __proto__: {x: 1}\n')['data'] as object;
    expect(Object.keys(made)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  });
});
