import { ChartError, messageOf } from '../errors.ts';
import type { Json } from '../parse/manifest.ts';
import type { JsonStyle } from './model.ts';
import { isObject } from './tree.ts';
import { showPlace, type Place } from './place.ts';

/** Parses the JSON that a string field holds. Throws RECIPE_SELECTOR when it is none. */
export function parseJson(text: Json, whose: string, place: Place): Json {
  try {
    return JSON.parse(String(text)) as Json;
  } catch (cause) {
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${whose}: ${showPlace(place)} is not JSON: ${messageOf(cause)}`,
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
