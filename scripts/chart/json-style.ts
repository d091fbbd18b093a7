import { ChartError, messageOf } from '../errors.ts';
import type { Json } from '../json/json.ts';
import { asText, isObject } from '../json/tree.ts';
import { showField, type Field } from '../recipe/field.ts';

/** How upstream writes the JSON inside a string field. */
export interface JsonStyle {
  /** Keys in the order in which the text first names them; others follow by name. */
  readonly order: readonly string[];
  /** One level's indent. */
  readonly indent: string;
}

/** Parses the JSON that a string field holds. Throws RECIPE_SELECTOR when it is none. */
export function parseJson(text: Json, whose: string, field: Field): Json {
  try {
    return JSON.parse(asText(text)) as Json;
  } catch (cause) {
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${whose}: ${showField(field)} is not JSON: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Reads key order and indent off upstream's JSON text, so that the chart can write it the same way. */
export function jsonStyle(text: string): JsonStyle {
  const indent = /\n([ \t]+)/.exec(text)?.[1] ?? '  ';
  return { order: [...new Set(keysOf(JSON.parse(text) as Json))], indent };
}

function keysOf(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysOf(item as Json));
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]) : [];
}
