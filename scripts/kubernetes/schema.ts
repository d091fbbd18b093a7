import type { JsonObject } from '../json/json.ts';
import { elementType, objectType } from './field.ts';
import type { Field } from './types.ts';

/**
 * A Kubernetes quantity that is not negative. Helm hands on a number as a float, so one is
 * taken where it is written out without an exponent.
 */
const QUANTITY: JsonObject = {
  type: ['string', 'number'],
  minimum: 0,
  maximum: 1e15,
  maxLength: 20,
  pattern: String.raw`^([0-9]{1,12}(\.[0-9]{1,3})?|\.[0-9]{1,3})([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9])?$`,
};

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

const SCALARS: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  'int-or-string': { type: ['integer', 'string'] },
  bytes: { type: 'string', pattern: '^[A-Za-z0-9+/=\\r\\n ]*$' },
  time: { type: 'string' },
  object: { type: 'object' },
  any: {},
  // Source: k8s.io/apimachinery pkg/api/validation (names.go) and pkg/util/validation.
  name: { type: 'string', minLength: 1, maxLength: 253, pattern: `^${LABEL}(\\.${LABEL})*$` },
  'path-segment': { type: 'string', minLength: 1, pattern: '^[A-Za-z0-9]([-A-Za-z0-9:._]*[A-Za-z0-9])?$' },
  namespace: { type: 'string', minLength: 1, maxLength: 63, pattern: `^${LABEL}$` },
};

/** Types with fields that were used, by name, for `definitions` of the whole schema. */
export type Definitions = Map<string, JsonObject>;

/**
 * The schema of what a field may hold. What has fields is referred to by
 * `#/definitions/NAME`, so that a type that holds itself ends, too. It is stored in every release, so
 * it has no descriptions.
 *
 * @param definitions takes every type that the schema refers to
 */
export function schemaOf(field: Field, definitions: Definitions): JsonObject {
  const { type, enum: allowed } = field;
  return { ...typeSchema(type, definitions), ...(allowed !== undefined && { enum: allowed }) };
}

function typeSchema(type: string, definitions: Definitions): JsonObject {
  const element = elementType(type);
  if (element !== undefined && type.startsWith('[]')) {
    return { type: 'array', items: typeSchema(element, definitions) };
  }
  if (element !== undefined) {
    return { type: 'object', additionalProperties: typeSchema(element, definitions) };
  }
  if (type === 'quantity') definitions.set(type, QUANTITY);
  const scalar = SCALARS[type];
  if (scalar !== undefined) return scalar;
  define(type, definitions);
  return { $ref: `#/definitions/${type}` };
}

function define(type: string, definitions: Definitions): void {
  const known = objectType(type);
  if (known === undefined || definitions.has(type)) return;
  // Its name is taken before its fields are looked at: one of them may hold the type again.
  definitions.set(type, {});
  const { fields, required } = known;
  definitions.set(type, {
    type: 'object',
    additionalProperties: false,
    ...(required !== undefined && { required }),
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, schemaOf(field, definitions)]),
    ),
  });
}
