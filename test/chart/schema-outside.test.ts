import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { selfContainedSchema } from '../../scripts/chart/schema/self-contained.ts';
import type { ChartError } from '../../scripts/errors.ts';
import { testEngines } from '../helpers/engines.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { serve } from '../helpers/http-server.ts';

const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** Answers every question with a schema, and knows that it was asked. */
const outside = await serve((_, response) => response.end('{"type": "object"}'));
const engines = await testEngines();
const folder = await mkdtemp(join(tmpdir(), 'schema-'));
await mkdir(join(folder, 'templates'));
await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: c\nversion: 1.0.0\n');
afterAll(async () => {
  await outside.close();
  await rm(folder, { recursive: true });
});

/** What would make a Helm ask the server, or another schema's author. */
const LURES: Readonly<Record<string, JsonObject>> = {
  'a $ref by http': { $ref: `${outside.url}/ref` },
  'a $ref to a file': { $ref: 'file:///etc/hostname' },
  'a $ref to a name': { $ref: 'urn:x:y' },
  'a $ref by https': { $ref: 'https://127.0.0.1:1/ref' },
  'a $schema by http': { $schema: `${outside.url}/schema` },
  'another draft': { $schema: 'https://json-schema.org/draft/2020-12/schema' },
  'a $dynamicRef': { $dynamicRef: `${outside.url}/dynamic` },
  'a $recursiveRef': { $recursiveRef: `${outside.url}/recursive` },
  'an $id over a relative $ref': { $id: `${outside.url}/id/`, allOf: [{ $ref: 'values.schema.json' }] },
  'an $id over a local $ref': { $id: `${outside.url}/id`, allOf: [{ $ref: '#/definitions/own' }] },
  "draft-04's id": { id: `${outside.url}/id`, allOf: [{ $ref: '#/definitions/own' }] },
  'an $anchor': { $anchor: 'own' },
  'a $vocabulary': { $vocabulary: { [`${outside.url}/vocabulary`]: true } },
  'a $schema beside a $ref': { $ref: '#/definitions/own', $schema: `${outside.url}/schema` },
};

/** A schema with something in each place that holds a schema. */
const SCHEMA_PLACES: readonly ((lure: Json) => JsonObject)[] = [
  (lure) => ({ properties: { a: lure } }),
  (lure) => ({ patternProperties: { a: lure } }),
  (lure) => ({ additionalProperties: lure }),
  (lure) => ({ propertyNames: lure }),
  (lure) => ({ dependencies: { a: lure } }),
  (lure) => ({ items: lure }),
  (lure) => ({ items: [{}, lure] }),
  (lure) => ({ items: [], additionalItems: lure }),
  (lure) => ({ contains: lure }),
  (lure) => ({ allOf: [lure] }),
  (lure) => ({ anyOf: [{}, lure] }),
  (lure) => ({ oneOf: [lure] }),
  (lure) => ({ not: { not: lure } }),
  (lure) => ({ if: lure }),
  (lure) => Object.fromEntries([['if', {}] as const, ['then', lure] as const]),
  (lure) => ({ if: false, else: lure }),
  (lure) => ({ definitions: { unused: lure } }),
  (lure) => ({ $defs: { unused: lure } }),
  (lure) => ({ items: { anyOf: [{ properties: { $ref: { not: lure } } }] } }),
];

/** The same where nobody reads a schema. */
const DATA_PLACES: readonly ((lure: Json) => JsonObject)[] = [
  (lure) => ({ default: lure }),
  (lure) => ({ default: { properties: { a: lure } } }),
  (lure) => ({ enum: [null, lure] }),
  (lure) => ({ not: { const: lure } }),
  (lure) => ({ examples: [lure] }),
  (lure) => ({ 'x-note': lure }),
  (lure) => ({ 'x-note': { allOf: [lure] } }),
];

function refusal(schema: JsonObject): Promise<ChartError | undefined> {
  return selfContainedSchema(new Map([['values.schema.json', JSON.stringify(schema)]])).then(
    () => undefined,
    (error: unknown) => error as ChartError,
  );
}

function schemaWith(properties: readonly JsonObject[]): JsonObject {
  return {
    properties: Object.fromEntries(properties.map((property, i) => [`p${i}`, property])),
    definitions: { own: { type: 'boolean' } },
  };
}

/** How often the outside was asked while every Helm rendered a chart with the schema. */
async function questions(schema: JsonObject): Promise<number> {
  const before = outside.requests.length;
  await writeFile(join(folder, 'values.schema.json'), JSON.stringify(schema));
  for (const engine of engines) {
    const { status, stderr } = await engine.exec(['template', 'c', folder]);
    expect(status, stderr).toBe(0);
  }
  return outside.requests.length - before;
}

describe('what would make Helm ask somebody', () => {
  test.each(Object.entries(LURES))('%s is refused wherever a schema stands', async (_, lure) => {
    for (const place of SCHEMA_PLACES) {
      const error = await refusal(schemaWith([place(lure)]));
      expect(error?.code, JSON.stringify(place(lure))).toBe('SCHEMA_INVALID');
      expect(error?.message).toMatch(/^values\.schema\.json/);
    }
  });

  test.each(Object.entries(LURES))('%s is data in a default, an enum, an example', async (_, lure) => {
    const properties = DATA_PLACES.map((place) => place(lure));
    const files = new Map([['values.schema.json', JSON.stringify(schemaWith(properties))]]);
    const bundled = await selfContainedSchema(files);
    expect(bundled).toEqual({ $schema: DRAFT, ...schemaWith(properties) });
  });

  test('at the root, too', async () => {
    for (const [name, lure] of Object.entries(LURES))
      expect((await refusal({ ...schemaWith([]), ...lure }))?.code, name).toBe('SCHEMA_INVALID');
  });

  test('a reference into data, which would make a schema of it', async () => {
    const schema = schemaWith([
      { default: { $ref: `${outside.url}/ref` } },
      { $ref: '#/properties/p0/default' },
    ]);
    expect(await refusal(schema)).toMatchObject({
      code: 'SCHEMA_INVALID',
      message:
        'values.schema.json refers to #/properties/p0/default, and there is no schema at /properties/p0/default',
    });
    await expect(questions({ $schema: DRAFT, ...schema })).resolves.toBe(engines.length);
  });

  test('no Helm asks anybody for what is accepted; each would for a plain $ref', async () => {
    const lures = Object.values(LURES);
    const accepted = DATA_PLACES.flatMap((place) => lures.map((lure) => place(lure)));
    const files = new Map([['values.schema.json', JSON.stringify(schemaWith(accepted))]]);
    await expect(questions(await selfContainedSchema(files))).resolves.toBe(0);
    await expect(questions(schemaWith([{ $ref: `${outside.url}/ref` }]))).resolves.toBe(engines.length);
  });

  test('a schema that does not say its draft is said to be of draft-07', async () => {
    // Helm 4 takes it for a later draft, where prefixItems holds schemas.
    const schema = schemaWith([{ prefixItems: [{ $ref: `${outside.url}/ref` }] }]);
    const bundled = await selfContainedSchema(new Map([['values.schema.json', JSON.stringify(schema)]]));
    expect(bundled['$schema']).toBe(DRAFT);
    await expect(questions(bundled)).resolves.toBe(0);
    await expect(questions(schema)).resolves.toBeGreaterThan(0);
  });
});
