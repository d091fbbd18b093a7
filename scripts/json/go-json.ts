import type { Json } from './json.ts';

/**
 * Text that Go's json.Marshal writes for a value with its keys in the given order:
 * as JSON.stringify, with `<`, `>`, `&` and the line separators escaped.
 * Source: encoding/json, "HTMLEscape"; measured against `helm push`.
 */
export function goJson(value: Json): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
