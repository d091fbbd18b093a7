import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMap, isScalar, parse, parseDocument } from 'yaml';
import { schemaTree, type SchemaNode } from '../../scripts/chart/schema/node.ts';
import { valuesYaml } from '../../scripts/chart/values-yaml.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import type { Departure } from '../../scripts/chart/model.ts';
import { fillIn } from '../../scripts/json/tree.ts';
import { getPath, isObject } from '../../scripts/json/tree.ts';
import { anyString } from '../helpers/schema-scalars.ts';
import { thisProject } from '../helpers/this-project.ts';
import { smallProject, textOf } from './small-project.ts';

const small = await smallProject();
const charts = [
  { name: 'the small chart', ...small },
  { name: 'this chart', ...(await thisProject()) },
];

/** The values without the header. */
function body(
  values: JsonObject,
  properties: JsonObject,
  unset: JsonObject = {},
  departures: readonly Departure[] = [],
): string {
  const text = valuesYaml(values, unset, schemaTree({ properties }), departures);
  return text.slice(text.indexOf('commented out.\n\n') + 'commented out.\n\n'.length);
}

/** Paths of the keys, in the order of the text, with the line above each. */
function keysOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n');
  const found = new Map<string, string>();
  const walk = (node: unknown, prefix: string): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const line = text.slice(0, key.range?.[0] ?? 0).split('\n').length - 1;
      found.set(`${prefix}${String(key.value)}`, lines[line - 1]?.trim() ?? '');
      walk(value, `${prefix}${String(key.value)}.`);
    }
  };
  walk(parseDocument(text).contents, '');
  return found;
}

function nodeAt(node: SchemaNode, path: string): SchemaNode | undefined {
  return path.split('.').reduce<SchemaNode | undefined>((at, key) => at?.properties.get(key), node);
}

/** The text with every commented key in force; the header and the descriptions stay comments. */
function uncommented(text: string): string {
  return text.slice(text.indexOf('\n\n')).replaceAll(/^( *)# (?!-- |Upstream: |Each may have: )/gm, '$1');
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const own = withoutNulls(inner);
    const gone = own === null || (isObject(own) && Object.keys(own).length === 0);
    return gone ? [] : [[key, own] as const];
  });
  return Object.fromEntries(kept);
}

/** Every path that the schema describes, with its description. */
function described(node: SchemaNode, prefix = ''): readonly (readonly [string, string])[] {
  return [...node.properties].flatMap(([key, child]) => [
    ...(child.description === '' ? [] : [[`${prefix}${key}`, child.description] as const]),
    ...described(child, `${prefix}${key}.`),
  ]);
}

test('golden: every key with its description, departures with their reasons', async () => {
  await expect(textOf(small, 'values.yaml')).toMatchFileSnapshot('../golden/assemble/values.yaml');
});

describe.each(charts)('$name', ({ model, schema, files }) => {
  const text = textOf({ files }, 'values.yaml');
  const keys = keysOf(text);

  test('reads back as the defaults', () => {
    expect(parse(text, { version: '1.1' })).toEqual(model.defaults);
    expect(parse(text, { version: '1.2' })).toEqual(model.defaults);
  });

  test('has a comment above every key that the schema describes', () => {
    const reasons = new Map(
      model.departures.map(({ value, reason }) => [value, `Changed because ${reason}.`]),
    );
    const there = described(schema).filter(([path]) => keys.has(path));
    expect(there.length).toBeGreaterThan(5);
    for (const [path, description] of there) {
      const keysOfEach = nodeAt(schema, path)?.elementKeys ?? [];
      const each = keysOfEach.length === 0 ? undefined : `# Each may have: ${keysOfEach.join(', ')}.`;
      const last = reasons.get(path) ?? each ?? `# -- ${description}`;
      expect([path, keys.get(path)?.endsWith(last)]).toEqual([path, true]);
    }
  });

  test("has the keys in the schema's order", () => {
    const known = described(schema)
      .map(([path]) => path)
      .filter((path) => keys.has(path));
    const order = [...keys.keys()].filter((path) => known.includes(path));
    expect(order).toEqual(known);
  });

  test('shows every other described key commented out', () => {
    const open = described(schema).filter(([path]) => !keys.has(path));
    // A map with default {} is the user's as a whole.
    const whole = open.filter(
      ([path]) => ![...keys.keys()].some((key) => emptyAt(key) && path.startsWith(`${key}.`)),
    );
    const missing = whole.filter(([path, description]) => {
      const key = path.split('.').at(-1) ?? '';
      return !text.includes(`# -- ${description}\n`) || !new RegExp(`^ *# +${key}:`, 'm').test(text);
    });
    expect(missing).toEqual([]);
  });

  function emptyAt(path: string): boolean {
    const value = getPath(model.defaults, path);
    return isObject(value) && Object.keys(value).length === 0;
  }

  test('is right when the comments are taken off: what they show are the presets, and keys without a value', () => {
    const all = parse(uncommented(text), { version: '1.1' }) as JsonObject;
    const unset = model.presets?.options[model.presets.default] ?? {};
    expect(withoutNulls(all)).toEqual(withoutNulls(fillIn(model.defaults, unset)));
    const paths = described(schema).map(([path]) => path);
    const lost = paths.filter((path) => getPath(all, path) === undefined);
    expect(
      lost.filter((path) => !paths.some((outer) => emptyAt(outer) && path.startsWith(`${outer}.`))),
    ).toEqual([]);
  });
});

describe('one key', () => {
  const text = { type: 'string', description: 'A text.' };

  test.each<[string, JsonObject, JsonObject, JsonObject, string]>([
    ['with its default', { a: 'x' }, { a: text }, {}, '# -- A text.\na: x\n'],
    ['without description', { a: 'x' }, { a: { type: 'string' } }, {}, 'a: x\n'],
    ['that YAML 1.1 reads otherwise', { a: 'on' }, { a: text }, {}, '# -- A text.\na: "on"\n'],
    [
      'that the schema does not name',
      { a: 'x', free: { b: 1 } },
      { a: text },
      {},
      '# -- A text.\na: x\n\nfree:\n  b: 1\n',
    ],
    ['that is an empty map', { a: {} }, { a: { properties: { b: text } } }, {}, 'a: {}\n'],
    [
      'whose map has another',
      { a: { b: 'x' } },
      { a: { properties: { b: text } } },
      {},
      'a:\n  # -- A text.\n  b: x\n',
    ],
    [
      'without default',
      { a: { b: 'x' } },
      { a: { properties: { b: text, c: text } } },
      {},
      'a:\n  # -- A text.\n  b: x\n  # -- A text.\n  # c:\n\n',
    ],
    [
      'of a preset, alone in its map',
      { a: { m: {} } },
      { a: { properties: { m: { ...text, properties: { c: text } } } } },
      { a: { m: { c: '/y' } } },
      'a:\n  # -- A text.\n  # m:\n  #   # -- A text.\n  #   c: /y\n\n',
    ],
    [
      'of a preset, at the top',
      {},
      { a: { ...text, properties: { c: text } } },
      { a: { c: '/y' } },
      '# -- A text.\n# a:\n#   # -- A text.\n#   c: /y\n\n',
    ],
    [
      'without default, with what may stand below',
      { a: { b: 'x' } },
      {
        a: {
          properties: { b: text, c: { ...text, properties: { d: text, e: { properties: { f: text } } } } },
        },
      },
      {},
      'a:\n  # -- A text.\n  b: x\n  # -- A text.\n  # c:\n  #   # -- A text.\n  #   d:\n  #   e:\n  #     # -- A text.\n  #     f:\n\n',
    ],
    [
      'of a preset that is a map',
      { a: { b: 'x' } },
      { a: { properties: { b: text, c: text } } },
      { a: { c: { d: [1] } } },
      'a:\n  # -- A text.\n  b: x\n  # -- A text.\n  # c:\n  #   d:\n  #     - 1\n\n',
    ],
    [
      'that is a list of objects, with what each may have',
      { a: [] },
      { a: { ...text, items: { type: 'object', properties: { b: text, c: {} } } } },
      {},
      '# -- A text.\n# Each may have: b, c.\na: []\n',
    ],
    ['that is a list of texts', { a: [] }, { a: { ...text, items: text } }, {}, '# -- A text.\na: []\n'],
    [
      'without default at the top',
      { b: 'x' },
      { a: text, b: text },
      {},
      '# -- A text.\n# a:\n\n# -- A text.\nb: x\n',
    ],
  ])('%s', (_, values, properties, unset, written) => {
    expect(body(values, properties, unset)).toBe(written);
  });

  test('of which a description or reason has several lines keeps them in its comment', () => {
    const properties = { a: { type: 'string', description: 'One.\nb: 2\n' } };
    const departure = { value: 'a', upstream: 'y', chart: 'x', reason: 'it\r\nmust\u2028c: 3\n' };
    expect(body({ a: 'x' }, properties, {}, [departure])).toBe(
      '# -- One. b: 2\n# Upstream: "y". Changed because it must c: 3.\na: x\n',
    );
  });

  test('that departs from upstream says what upstream has and why', () => {
    const departure = { value: 'a.b', upstream: { c: 1 }, chart: 'x', reason: 'it must' };
    expect(body({ a: { b: 'x' } }, { a: { properties: { b: text } } }, {}, [departure])).toBe(
      'a:\n  # -- A text.\n  # Upstream: {"c":1}. Changed because it must.\n  b: x\n',
    );
  });
});

test('whatever the defaults are, they are read back, by YAML 1.1 and 1.2', () => {
  // Texts without empty lines and without blanks beyond ASCII.
  const string = anyString({ min: 0, max: 30 }).filter((value) => !/^\s*\n|\n\s*\n|[^\S\n\t ]/.test(value));
  const leaf = fc.oneof(string, fc.integer(), fc.boolean(), fc.constant(null));
  const key = fc.constantFrom('alpha', 'beta', 'gamma-1', 'delta_2');
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(leaf),
      fc.dictionary(key, tie('tree'), { noNullPrototype: true }),
    ),
  }));
  const document = fc.dictionary(key, tree, { noNullPrototype: true });
  const properties = { alpha: { description: 'A.', properties: { beta: { description: 'B.' } } }, beta: {} };
  fc.assert(
    fc.property(document, (values) => {
      const text = body(values, properties);
      expect(parse(text, { version: '1.1' }) ?? {}).toEqual(values);
      expect(parse(text, { version: '1.2' }) ?? {}).toEqual(values);
    }),
    { numRuns: 300 },
  );
});

test.each(['x  \n\n', 'x ', 'a\n\n\n\nb\n', 'a\n\n', '\n', '  lead\n', 'a\tb\t\n'])(
  'blank lines and last spaces of a text survive: %j',
  (text) => {
    const properties = { a: { description: 'A.', type: 'string' }, b: { description: 'B.', type: 'object' } };
    const values = { a: text, b: { c: text, d: [text] } };
    expect(parse(body(values, properties))).toEqual(values);
  },
);
