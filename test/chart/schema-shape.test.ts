import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { selfContainedSchema } from '../../scripts/chart/schema/self-contained.ts';
import { schemaTree } from '../../scripts/chart/schema/node.ts';
import type { ChartError } from '../../scripts/errors.ts';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import { testEngines } from '../helpers/engines.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { generate, type Built } from '../../scripts/built.ts';
import { check } from '../../scripts/validate.ts';
import { smallProject } from './small-project.ts';

const { project, lock, manifest } = await smallProject();
const SCHEMA = JSON.parse(project.files.get('values.schema.json') ?? '') as {
  readonly properties: JsonObject;
};

/** The small chart with another schema for config, whose text takes any JSON, and further definitions. */
function chartWith(config: JsonObject, definitions: JsonObject): Promise<Built> {
  const schema = {
    ...SCHEMA,
    properties: { ...SCHEMA.properties, config: { description: 'Settings.', ...config } },
    definitions,
  };
  const files = new Map([...project.files, ['values.schema.json', JSON.stringify(schema)] as const]);
  return generate({ ...project, files }, manifest, lock);
}

async function refusalOf(definitions: JsonObject): Promise<ChartError | undefined> {
  const schema = { properties: { a: { $ref: '#/definitions/a' } }, definitions };
  return selfContainedSchema(new Map([['values.schema.json', JSON.stringify(schema)]]))
    .then(schemaTree)
    .then(
      () => undefined,
      (error: unknown) => error as ChartError,
    );
}

const TREE = {
  type: 'object',
  properties: {
    name: { description: 'Its name.', type: 'string' },
    left: { description: 'Below it.', $ref: '#/definitions/tree' },
    others: { description: 'Beside it.', type: 'array', items: { $ref: '#/definitions/tree' } },
  },
} as const;

describe('a schema that comes back to itself', () => {
  test('is documented until it comes back, and Helm holds values of any depth against it', async () => {
    const built = await chartWith({ $ref: '#/definitions/tree' }, { tree: TREE });
    expect(check(built)).toEqual([]);
    expect(built.files.get('README.md')).toContain('config');
    const node = built.schema.properties.get('config');
    expect([...(node?.properties.keys() ?? [])]).toEqual([
      'name',
      'left',
      'others',
      'level',
      'retries',
      'runDir',
    ]);
    const again = node?.properties.get('left')?.properties.get('left');
    expect(again).toMatchObject({ type: 'object', properties: new Map() });
    const folder = await mkdtemp(join(tmpdir(), 'recursive-'));
    try {
      await writeChart(folder, built.files);
      const release = { name: 'c', namespace: 'default' };
      for (const engine of await testEngines()) {
        const deep = (name: Json): JsonObject => ({
          config: { left: { left: { others: [{ name }] } } },
        });
        await expect(engine.template(folder, release, deep('x'))).resolves.toContain('"name": "x"');
        await expect(engine.template(folder, release, deep(1))).rejects.toMatchObject({
          code: 'HELM_FAILED',
        });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each<[string, JsonObject]>([
    ['itself', { a: { $ref: '#/definitions/a' } }],
    ['each other', { a: { $ref: '#/definitions/b' }, b: { $ref: '#/definitions/a' } }],
    ['itself by allOf', { a: { allOf: [{ $ref: '#/definitions/a' }] } }],
    ['itself by not', { a: { not: { $ref: '#/definitions/a' } } }],
    ['itself by if', { a: { if: { $ref: '#/definitions/a' } } }],
    ['itself by dependencies', { a: { dependencies: { x: { $ref: '#/definitions/a' } } } }],
    [
      'the root by anyOf',
      { a: { anyOf: [{ $ref: '#/definitions/b' }] }, b: { oneOf: [{ $ref: '#/definitions/a' }] } },
    ],
  ])('on the same value is refused: %s', async (_, definitions) => {
    const error = await refusalOf(definitions);
    expect(error?.code).toBe('SCHEMA_INVALID');
    expect(error?.message).toMatch(
      /^values\.schema\.json#\/definitions\/a\S* refers to itself: values\.schema\.json#\S+ → /,
    );
  });

  test('and twice at each step, many steps deep, is refused', async () => {
    const steps = Array.from({ length: 40 }, (_, i): readonly [string, JsonObject] => [
      i === 0 ? 'a' : `a${i}`,
      {
        description: 'D.',
        properties: { x: { $ref: `#/definitions/a${i + 1}` }, y: { $ref: `#/definitions/a${i + 1}` } },
      },
    ]);
    expect(await refusalOf({ ...Object.fromEntries(steps), a40: { description: 'D.' } })).toMatchObject({
      code: 'SCHEMA_INVALID',
      message: 'The schema describes more than 50000 values',
    });
  });

  test('a chain of references without end is refused, a long one is not', async () => {
    const chain = (length: number): JsonObject => ({
      ...Object.fromEntries(
        Array.from({ length }, (_, i) => [i === 0 ? 'a' : `a${i}`, { $ref: `#/definitions/a${i + 1}` }]),
      ),
      [`a${length}`]: {},
    });
    expect(await refusalOf(chain(200))).toBeUndefined();
    expect((await refusalOf(chain(5000)))?.message).toContain('more than 256 schemas of the same value');
  });
});

describe('a schema that is none', () => {
  test.each<[string, JsonObject, string]>([
    ['an unknown type', { a: { type: 'text' } }, '#/definitions/a/type is no schema of draft-07'],
    ['a list for properties', { a: { properties: [] } }, '#/definitions/a/properties is no schema'],
    ['a text for a schema', { a: { properties: { x: 'y' } } }, '#/definitions/a/properties/x is no schema'],
    ['a text for a reference', { a: { $ref: 5 } }, '#/definitions/a has a $ref that is no string'],
    [
      'keywords beside $ref',
      { a: { $ref: '#/definitions/b', minLength: 1 }, b: {} },
      '#/definitions/a has minLength beside its $ref',
    ],
    ['a named reference', { a: {}, $ref: 'http://example.org/' }, '#/definitions/$ref is no schema'],
  ])('%s', async (_, definitions, message) => {
    const error = await refusalOf(definitions);
    expect(error?.code).toBe('SCHEMA_INVALID');
    expect(error?.message).toContain(message);
  });

  test('a name that the bundler does not write as it should', async () => {
    const definitions = { a: { $ref: '#/definitions/%25' }, '%': {} };
    expect((await refusalOf(definitions))?.message).toContain(
      'refers to #/definitions/%, and there is no schema',
    );
  });

  test('deep nesting, before it is parsed', async () => {
    const files = new Map([['values.schema.json', `{"a":\n${'{"not":'.repeat(99_999)}`]]);
    await expect(selfContainedSchema(files)).rejects.toMatchObject({
      code: 'PARSE_LIMIT',
      message: 'values.schema.json:2: more than 256 levels of nesting',
    });
  });
});

test('names that every object has by itself are names like any other', async () => {
  const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'a/b', 'a.b', 'ü'];
  const definitions = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  const properties = Object.fromEntries(
    names.map((name) => {
      const pointer = encodeURIComponent(name.replaceAll('/', '~1'));
      return [name, { description: 'D.', $ref: `#/definitions/${pointer}` }];
    }),
  );
  const built = await chartWith({ type: 'object', properties }, definitions);
  const node = built.schema.properties.get('config');
  const types = [...(node?.properties ?? [])].map(([name, { type }]) => [name, type]);
  expect(types.slice(0, names.length)).toEqual(names.map((name) => [name, 'string']));
});
