import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { RE2JS } from 're2js';
import { parse } from 'yaml';
import { isObject } from '../../scripts/json/tree.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { CACHE } from './tools.ts';

interface Crd {
  readonly spec: {
    readonly versions: readonly { readonly name: string; readonly schema: { openAPIV3Schema: JsonObject } }[];
  };
}

/** Says what a CRD that prepare.sh has brought has against an object; [] when nothing. */
export function crdFindings(file: string, object: JsonObject): readonly string[] {
  return findingsOf(parse(readFileSync(join(CACHE, 'crds', file), 'utf8')) as JsonObject, object);
}

/** The same of a CRD as an object. */
export function findingsOf(definition: JsonObject, object: JsonObject): readonly string[] {
  const crd = definition as unknown as Crd;
  const version = String(object['apiVersion']).split('/')[1];
  const schema = crd.spec.versions.find(({ name }) => name === version)?.schema.openAPIV3Schema;
  if (schema === undefined) return [`the CRD has no version ${version ?? ''}`];
  const options = { strict: false, allErrors: true, validateFormats: false, code: { regExp: goRegExp } };
  const validate = new Ajv(options).compile(closed(schema, true));
  validate(object);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
  );
}

/** Patterns are Go's, with flags inside. */
const goRegExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // ajv keeps compiled patterns apart by their toString.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'goRegExp' },
);

/** An API server drops fields that a structural schema does not name; here they are findings. */
function closed(schema: Json, root: boolean): JsonObject {
  if (!isObject(schema)) return {};
  const properties = schema['properties'];
  const inner = {
    ...schema,
    ...(isObject(schema['items']) && { items: closed(schema['items'], false) }),
    ...(isObject(schema['additionalProperties']) && {
      additionalProperties: closed(schema['additionalProperties'], false),
    }),
    ...(schema['x-kubernetes-int-or-string'] === true && { type: ['integer', 'string'] }),
  };
  if (!isObject(properties)) return inner;
  const known = Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, closed(value, false)]),
  );
  const free =
    root || schema['x-kubernetes-preserve-unknown-fields'] === true || 'additionalProperties' in schema;
  return { ...inner, properties: known, ...(!free && { additionalProperties: false }) };
}
