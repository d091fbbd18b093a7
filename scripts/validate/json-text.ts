import type { Json, JsonObject } from '../parse/manifest.ts';
import { goJson } from '../package/go-json.ts';
import type { JsonEntry } from '../recipe/types.ts';
import { jsonStyle } from '../templatize/json-style.ts';
import type { JsonStyle } from '../templatize/model.ts';
import { getPath, isObject } from '../templatize/tree.ts';
import { isEmpty } from './emptiness.ts';

/**
 * The text that a `json` entry puts into its field.
 *
 * @param upstream upstream's text, whose key order, indent and last line break are kept
 */
export function jsonText(entry: JsonEntry, upstream: string, values: JsonObject): string {
  const own = (getPath(values, entry.path) ?? {}) as JsonObject;
  const derived = (entry.derive ?? []).flatMap(({ key, from, unless }) => {
    const value = getPath(values, from);
    const needed = !(key in own) && !isEmpty(value) && String(value) !== String(unless);
    return needed ? [[key, value ?? null] as const] : [];
  });
  const text = prettyJson({ ...own, ...Object.fromEntries(derived) }, jsonStyle(upstream), '');
  return upstream.endsWith('\n') ? `${text}\n` : text;
}

/** JSON over several lines in a style. */
export function prettyJson(value: Json, style: JsonStyle, margin: string): string {
  const inner = margin + style.indent;
  if (Array.isArray(value) && value.length > 0) {
    return `[\n${value.map((item: Json) => inner + prettyJson(item, style, inner)).join(',\n')}\n${margin}]`;
  }
  if (!isObject(value) || Object.keys(value).length === 0) return goJson(value);
  const known = style.order.filter((key) => key in value);
  const others = Object.keys(value).filter((key) => !style.order.includes(key));
  const rows = [...known, ...others.toSorted(byBytes)].map(
    (key) => `${inner}${goJson(key)}: ${prettyJson(value[key] ?? null, style, inner)}`,
  );
  return `{\n${rows.join(',\n')}\n${margin}}`;
}

/** Go compares strings by their bytes; UTF-16 units have another order beyond the basic plane. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
