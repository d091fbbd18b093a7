import { describe, expect, test } from 'vitest';
import { schemaTree } from '../../scripts/assemble/schema-node.ts';
import type { JsonObject } from '../../scripts/parse/manifest.ts';
import { parseManifest } from '../../scripts/parse/parse.ts';
import { check } from '../../scripts/pipeline.ts';
import type { Entry, Recipe } from '../../scripts/recipe/types.ts';
import { isObject } from '../../scripts/templatize/tree.ts';
import { checkCoverage, checkMergeKeys } from '../../scripts/validate/coverage.ts';
import { thisProject } from '../helpers/this-project.ts';

const built = await thisProject();
const { recipe } = built.project;
const bundled = JSON.parse(built.files.get('values.schema.json') ?? '{}') as JsonObject;

/** Rule and place of every finding. */
function found(changed: Recipe, schema: JsonObject): readonly string[] {
  return checkCoverage(changed, schemaTree(schema)).map(({ rule, place }) => `${rule} ${place}`);
}

function recipeOf(...entries: readonly Entry[]): Recipe {
  const { presets: _, ...rest } = recipe;
  return { ...rest, entries };
}

function scalar(path: string): Entry {
  return { path, as: 'scalar', targets: [] };
}

/** The schema without what describes a value; undefined where a shared definition describes it. */
function without(schema: JsonObject, path: string): JsonObject | undefined {
  const [head = '', ...rest] = path.split('.');
  const { properties } = schema;
  if (!isObject(properties) || !(head in properties)) return undefined;
  const { [head]: property, ...others } = properties;
  if (rest.length === 0) return { ...schema, properties: others };
  const inner = isObject(property) ? without(property, rest.join('.')) : undefined;
  return inner && { ...schema, properties: { ...properties, [head]: inner } };
}

describe("this chart's recipe and schema", () => {
  test('have no gap', () => {
    expect(check(built)).toEqual([]);
  });

  test.each(recipe.entries)('an entry left out is noticed: $path', (entry) => {
    const others = recipe.entries.filter((other) => other !== entry);
    const findings = found({ ...recipe, entries: others }, bundled);
    expect(findings).not.toEqual([]);
    expect(findings.filter((finding) => !finding.startsWith(`schema/unbound ${entry.path}`))).toEqual([]);
  });

  const described = recipe.entries.flatMap(({ path }) => {
    const schema = without(bundled, path);
    return schema === undefined ? [] : [{ path, schema }];
  });

  test('most values are described in place', () => {
    expect(described.length).toBeGreaterThan(30);
  });

  test.each(described)('a description left out is noticed: $path', ({ path, schema }) => {
    expect(found(recipe, schema)).toContain(`schema/missing ${path}`);
  });

  test('a preset that nothing chooses by is noticed', () => {
    const { presets: _, ...rest } = recipe;
    expect(found(rest, bundled)).toEqual(['schema/unbound platform']);
  });
});

describe('a small recipe', () => {
  const text = { type: 'string', description: 'A text.' };

  test.each([
    ['both have the value', 'a', { a: text }, []],
    ['the schema lacks it', 'a', {}, ['schema/missing a']],
    [
      'the schema lacks it further down',
      'a.b',
      { a: { properties: {} } },
      ['schema/missing a.b', 'schema/unbound a'],
    ],
    ['the schema has more', 'a', { a: text, b: text }, ['schema/unbound b']],
    [
      'the schema has more further down',
      'a.b',
      { a: { properties: { b: text, c: text } } },
      ['schema/unbound a.c'],
    ],
    ['an entry takes the whole map', 'a', { a: { ...text, properties: { b: text } } }, []],
    ['there is no description', 'a', { a: { type: 'string' } }, ['schema/undescribed a']],
    ['there is no type', 'a', { a: { description: 'A text.' } }, ['schema/undescribed a']],
    ['global is described', 'a', { a: text, global: text }, []],
    [
      'global is described, but further down',
      'a',
      { a: text, b: { properties: { global: text } } },
      ['schema/unbound b.global'],
    ],
  ])('%s', (_, path, properties, findings) => {
    expect(found(recipeOf(scalar(path)), { properties })).toEqual(findings);
  });

  test('an image entry binds the four parts of a reference and nothing else', () => {
    const image: Entry = { path: 'image', as: 'image', targets: [] };
    const keys = ['registry', 'repository', 'tag', 'digest', 'pullPolicy'];
    const properties = Object.fromEntries(keys.map((key) => [key, text]));
    expect(found(recipeOf(image), { properties: { image: { ...text, properties } } })).toEqual([
      'schema/unbound image.pullPolicy',
    ]);
  });

  test('a finding says what to do', () => {
    expect(checkCoverage(recipeOf(scalar('a')), schemaTree({ properties: { b: text } }))).toEqual([
      {
        rule: 'schema/missing',
        severity: 'error',
        place: 'a',
        message: 'the recipe binds it, but values.schema.json does not describe it',
        hint: 'Add the property to values.schema.json.',
      },
      {
        rule: 'schema/unbound',
        severity: 'error',
        place: 'b',
        message: 'values.schema.json describes it, but nothing in the chart reads it',
        hint: 'Bind it in recipe.yaml or drop it.',
      },
    ]);
  });
});

describe('keys of upstream in a map that takes more', () => {
  const manifest = parseManifest(
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels:\n    tier: x\n    app: y\n',
    'm.yaml',
  );
  const merge: Entry = {
    path: 'labels.own',
    as: 'merge',
    targets: [{ select: { kind: 'ConfigMap' }, fieldPaths: ['metadata.labels', 'metadata.annotations'] }],
  };
  const schemaOf = (own: JsonObject): JsonObject => ({
    properties: { labels: { properties: { own } } },
    definitions: { free: { type: 'object' } },
  });
  const keys = (own: JsonObject): readonly string[] =>
    checkMergeKeys(recipeOf(merge), manifest, schemaOf(own)).map(({ message }) => message);
  const accepted = (key: string): string =>
    `upstream has the key ${key} where this value is merged, and the schema accepts it`;

  test.each([
    ['a free map', { type: 'object' }, [accepted('app'), accepted('tier')]],
    ['a map by reference', { $ref: '#/definitions/free' }, [accepted('app'), accepted('tier')]],
    ['one of them refused', { propertyNames: { not: { enum: ['app'] } } }, [accepted('tier')]],
    ['both refused', { propertyNames: { not: { enum: ['tier', 'app'] } } }, []],
    ['no key taken at all', { additionalProperties: false }, []],
  ])('%s', (_, own, messages) => {
    expect(keys(own)).toEqual(messages);
  });

  test('a value that the schema lacks is the finding of another check', () => {
    expect(checkMergeKeys(recipeOf(merge), manifest, {})).toEqual([]);
  });

  test('a finding names the value and says what to do', () => {
    expect(checkMergeKeys(recipeOf(merge), manifest, schemaOf({}))[0]).toEqual({
      rule: 'schema/upstream-key',
      severity: 'error',
      place: 'labels.own',
      message: accepted('app'),
      hint: 'Refuse it by propertyNames: {"not": {"enum": […]}}.',
    });
  });
});
