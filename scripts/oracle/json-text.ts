import type { Json, JsonObject } from '../json/json.ts';
import { byBytes } from '../json/by-bytes.ts';
import { goJson } from '../json/go-json.ts';
import type { JsonEntry } from '../recipe/entry.ts';
import { asText, getPath, isObject } from '../json/tree.ts';
import { isEmpty } from './emptiness.ts';

/** How upstream writes the JSON inside a string field. */
export interface JsonStyle {
  /** Keys in the order in which the text first names them; others follow by name. */
  readonly order: readonly string[];
  /** One level's indent. */
  readonly indent: string;
}

/** Reads key order and indent off a JSON text. */
export function styleOf(text: string): JsonStyle {
  const order: string[] = [];
  const visit = (value: Json): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value) && !order.includes(key)) order.push(key);
      visit(inner);
    }
  };
  visit(JSON.parse(text) as Json);
  return { order, indent: /\n([ \t]+)/.exec(text)?.[1] ?? '  ' };
}

/**
 * The text that a `json` entry puts into its field.
 *
 * @param upstream upstream's text, whose key order, indent and last line break are kept; anything else
 *   is as an empty object
 */
export function jsonText(entry: JsonEntry, upstream: Json | undefined, values: JsonObject): string {
  const text = typeof upstream === 'string' ? upstream : '{}';
  const value = getPath(values, entry.path) ?? {};
  if (!isObject(value)) return laidOut(value, text);
  const own = withExtra(value, entry.extra);
  const derived = (entry.derive ?? []).flatMap(({ key, from, unless }) => {
    const source = getPath(values, from);
    const usual = unless !== undefined && asText(source) === asText(unless);
    const needed = !Object.hasOwn(own, key) && !isEmpty(source) && !usual;
    return needed ? [[key, source ?? null] as const] : [];
  });
  return laidOut({ ...own, ...Object.fromEntries(derived) }, text);
}

/**
 * Why a further key is refused that is one of the object's own in another case: to a Go program both
 * are the same (encoding/json), and which of the two holds nobody can see.
 */
export function knownExtra({ path, extra }: JsonEntry, values: JsonObject): string | undefined {
  if (extra === undefined) return undefined;
  const { [extra]: more, ...own } = (getPath(values, path) ?? {}) as JsonObject;
  for (const key of Object.keys(own).toSorted(byBytes)) {
    const same = Object.keys(isObject(more) ? more : {})
      .toSorted(byBytes)
      .find((other) => other.toLowerCase() === key.toLowerCase());
    if (same !== undefined) return `${path}.${extra} names ${same}, which is ${path}.${key}`;
  }
  return undefined;
}

/** An object with the keys below `extra` beside its own. */
function withExtra(value: JsonObject, extra: string | undefined): JsonObject {
  if (extra === undefined) return value;
  const { [extra]: more, ...rest } = value;
  return { ...rest, ...(isObject(more) && more) };
}

function laidOut(value: Json, upstream: string): string {
  const text = prettyJson(value, styleOf(upstream), '');
  return upstream.endsWith('\n') ? `${text}\n` : text;
}

/** JSON over several lines in a style. */
export function prettyJson(value: Json, style: JsonStyle, margin: string): string {
  const inner = margin + style.indent;
  if (Array.isArray(value) && value.length > 0) {
    return `[\n${value.map((item: Json) => inner + prettyJson(item, style, inner)).join(',\n')}\n${margin}]`;
  }
  if (!isObject(value) || Object.keys(value).length === 0) return goJson(value);
  const known = style.order.filter((key) => Object.hasOwn(value, key));
  const others = Object.keys(value).filter((key) => !style.order.includes(key));
  const rows = [...known, ...others.toSorted(byBytes)].map(
    (key) => `${inner}${goJson(key)}: ${prettyJson(value[key] ?? null, style, inner)}`,
  );
  return `{\n${rows.join(',\n')}\n${margin}}`;
}
