import { ChartError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { isObject, member } from '../../json/tree.ts';
import type { Recipe } from '../../recipe/types.ts';
import type { Lookup } from './admits.ts';
import { deriveSchema } from './derive.ts';
import type { Valued } from './fields.ts';
import { hoisted } from './hoist.ts';
import { propertiesOf } from './implies.ts';
import { overlaid, type OverlayFault } from './overlay.ts';
import { pointerKeys } from './pointer.ts';
import { DRAFT } from './refs.ts';
import { SCHEMA_FILE } from './self-contained.ts';

/** The schema of a chart's values, and what is wrong with the overlay. */
export interface ValuesSchema {
  readonly schema: JsonObject;
  readonly faults: readonly OverlayFault[];
}

/**
 * The schema of a chart's values: what follows from the recipe, and on top what the project says more.
 *
 * @param own the project's self-contained values.schema.json
 * @throws SCHEMA_INVALID when a definition of its has the name of one that is derived
 */
export function valuesSchema(recipe: Recipe, values: readonly Valued[], own: JsonObject): ValuesSchema {
  const { definitions: ours = {}, $schema: _, ...overlay } = hoisted(own);
  const find =
    (definitions: Json): Lookup =>
    (ref) =>
      member(objectOf(definitions), pointerKeys(ref.slice(1))?.[1] ?? '');
  const { definitions: theirs = {}, ...derived } = deriveSchema(recipe, values, (path) =>
    keysAt(overlay, path, find(ours)),
  );
  const definitions = { ...objectOf(ours), ...objectOf(theirs) };
  const taken = Object.keys(objectOf(theirs)).find((name) => Object.hasOwn(objectOf(ours), name));
  if (taken !== undefined)
    throw new ChartError('SCHEMA_INVALID', `${SCHEMA_FILE} defines ${taken}, which is a derived type`, {
      hint: 'Give it another name.',
    });
  const { schema, faults } = overlaid(derived, overlay, find(definitions));
  return { schema: { $schema: DRAFT, ...schema, definitions }, faults };
}

function objectOf(value: Json): JsonObject {
  return isObject(value) ? value : {};
}

/** The keys that a schema describes below a path of values. */
function keysAt(schema: JsonObject, path: string, lookup: Lookup): readonly string[] {
  const followed = (one: unknown): JsonObject => {
    if (!isObject(one)) return {};
    return typeof one['$ref'] === 'string' ? followed(lookup(one['$ref'])) : one;
  };
  const end = path
    .split('.')
    .reduce<JsonObject>((at, key) => followed(member(propertiesOf(at), key)), followed(schema));
  return Object.keys(propertiesOf(end));
}
