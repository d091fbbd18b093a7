/**
 * What Kubernetes knows of its fields, distilled from the OpenAPI document of the API server
 * (field-types.json, written by `npm run field-types`).
 */
export interface FieldTypes {
  /** The server's version, for example `v1.34.2`. */
  readonly version: string;
  /** `apiVersion kind` → name of its type, for example `apps/v1 DaemonSet` → `apps.v1.DaemonSet`. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, ObjectType>>;
}

/** A type with fields of its own. */
export interface ObjectType {
  readonly fields: Readonly<Record<string, Field>>;
  /** Fields that the server refuses to do without. */
  readonly required?: readonly string[];
  /** Only ever replaced whole, never merged field by field. */
  readonly atomic?: boolean;
}

export interface Field {
  /**
   * As Go writes it: `[]T` for a list, `map[string]T` for a map, else the name of a type or
   * one of {@link SCALARS}.
   */
  readonly type: string;
  /** The keys that tell the elements of a list apart, for example `name`; without them it is replaced whole. */
  readonly keys?: readonly string[];
  /** A list whose elements are told apart by their value. */
  readonly set?: boolean;
  /** All that the server takes. */
  readonly enum?: readonly string[];
  /** The first sentence of Kubernetes' own description. */
  readonly text?: string;
}

/**
 * Types without fields. `any` is whatever JSON holds, `bytes` is base64 in a string; `name`, `path-segment`
 * and `namespace` are what an object may be called, which the document does not say.
 */
export const SCALARS = [
  'string',
  'boolean',
  'integer',
  'number',
  'quantity',
  'int-or-string',
  'bytes',
  'time',
  'object',
  'any',
  'name',
  'path-segment',
  'namespace',
] as const;

export type Scalar = (typeof SCALARS)[number];
