import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { withDefaults } from '../../../scripts/chart/schema/defaults.ts';
import { schemaTree, type SchemaNode } from '../../../scripts/chart/schema/node.ts';
import type { Json, JsonObject } from '../../../scripts/json/json.ts';
import { equalJson, isObject } from '../../../scripts/json/tree.ts';
import { fillIn } from '../../../scripts/json/tree.ts';
import { thisProject } from '../../helpers/this-project.ts';

const SCHEMA: JsonObject = {
  properties: {
    a: { description: 'A', $ref: '#/definitions/path' },
    b: { description: 'B', $ref: '#/definitions/mount' },
    c: { $ref: '#/definitions/mount' },
    d: { properties: { e: { type: 'string' }, f: { type: 'string' } } },
    g: { $ref: '#/definitions/other' },
    i: { $ref: '#/definitions/silent' },
  },
  definitions: {
    path: { description: 'A path.', type: 'string' },
    silent: { properties: { j: { type: 'string' } } },
    mount: { description: 'any', properties: { path: { $ref: '#/definitions/path' } } },
    other: { properties: { h: { $ref: '#/definitions/deep' } } },
    deep: { $ref: '#/definitions/outer/definitions/inner' },
    outer: { definitions: { inner: { type: 'object' } } },
    unused: { $ref: '#/definitions/onlyByUnused' },
    onlyByUnused: {},
  },
};

test('each property that has a default says it; definitions are written out where one has some inside', () => {
  const { properties, definitions } = withDefaults(SCHEMA, {
    a: '/a',
    b: { path: '/b' },
    c: {},
    d: { e: 'x' },
    i: { j: 'y' },
  });
  expect(properties).toEqual({
    a: { description: 'A', $ref: '#/definitions/path', default: '/a' },
    b: { description: 'B', properties: { path: { $ref: '#/definitions/path', default: '/b' } } },
    c: { $ref: '#/definitions/mount', default: {} },
    d: { properties: { e: { type: 'string', default: 'x' }, f: { type: 'string' } } },
    g: { $ref: '#/definitions/other' },
    // Of Kubernetes' types nothing is told, so one stands for all values.
    i: { $ref: '#/definitions/silent', default: { j: 'y' } },
  });
  expect(Object.keys(definitions as JsonObject)).toEqual([
    'path',
    'silent',
    'mount',
    'other',
    'deep',
    'outer',
  ]);
});

test('in the chart every value with a default says it in the schema, and the schema takes them all', async () => {
  const { files, model } = await thisProject();
  const schema = JSON.parse(files.get('values.schema.json') ?? '') as JsonObject;
  const documented = fillIn(model.defaults, model.presets?.options[model.presets.default] ?? {});
  expect(silent(documented, schemaTree(schema), '')).toEqual([]);
  const takes = new Ajv({ strict: false }).compile(schema);
  expect([takes(model.defaults), takes(documented)]).toEqual([true, true]);
});

/** Values whose property does not say their default. */
function silent(values: Json, node: SchemaNode, path: string): readonly string[] {
  if (!isObject(values) || Object.keys(values).length === 0 || node.properties.size === 0)
    return equalJson(node.schema['default'], values) ? [] : [path];
  return Object.entries(values).flatMap(([key, value]) => {
    const child = node.properties.get(key);
    return child === undefined ? [`${path}.${key}`] : silent(value, child, `${path}.${key}`);
  });
}
