import type { Json, JsonObject } from '../../json/json.ts';
import { fieldAt } from '../../kubernetes/field.ts';
import { schemaOf, type Definitions } from '../../kubernetes/schema.ts';
import type { Binding } from '../../recipe/resolve.ts';
import type { Entry } from '../../recipe/entry.ts';
import { like } from './like.ts';

/** An entry with all that the schema of its value follows from. */
export interface Valued<E extends Entry = Entry> {
  readonly entry: E;
  readonly bindings: readonly Binding[];
  /** The value that means upstream. */
  readonly upstream: Json;
  /** The chart's default. */
  readonly chart: Json;
}

/** An entry, and where types that several values share are kept. */
export interface Asked<E extends Entry = Entry> extends Valued<E> {
  readonly definitions: Definitions;
  /** Keys of the value that the overlay describes. */
  readonly described: readonly string[];
}

type Path = readonly (string | number)[];

/**
 * The schema of what each of an entry's fields takes, all of them together.
 *
 * @param inside from where the value is written, which is the field, or of `append` its element
 */
export function everyField(
  { bindings, upstream, definitions }: Asked,
  inside: (binding: Binding) => readonly Path[] = () => [[]],
  otherwise: Json = upstream,
): JsonObject {
  const schemas = bindings.flatMap((binding) => {
    const { apiVersion, kind } = binding.field.resource;
    return inside(binding).map((path) => {
      const field = fieldAt(apiVersion, kind, [...binding.field.path, ...path]);
      return field === undefined ? like(otherwise) : schemaOf(field, definitions);
    });
  });
  return together(schemas, like(otherwise));
}

/** Schemas that must all hold, each once. */
export function together(schemas: readonly JsonObject[], ifNone: JsonObject): JsonObject {
  const distinct = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  const [first, second] = distinct;
  if (first === undefined) return ifNone;
  return second === undefined ? first : { allOf: distinct };
}

/** Where a value is written that stands for the field itself, or for an element of a list. */
export function placed({ entry }: Binding): Path {
  return entry.place === 'append' ? [0] : [];
}
