import type { Json } from '../json/json.ts';
import { isObject } from '../json/tree.ts';

/*
 * All Go template text is put together here: what is quoted how is decided once.
 * Source: text/template, "Text and spaces", "Arguments"; the Go specification, "String literals".
 */

/** Makes every `{{` of a text literal for Go's text/template. `}}` alone needs nothing. */
export function escapeTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

/** A Go string literal. Of JSON's escapes Go knows all but the halves of a surrogate pair. */
export function goString(text: string): string {
  return JSON.stringify(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}

/** An argument list's `(list "a" "b")`. */
export function goList(expressions: readonly string[]): string {
  return `(list${expressions.map((expression) => ` ${expression}`).join('')})`;
}

/** A JSON value as an expression. */
export function goValue(value: Json): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return goString(value);
  if (typeof value !== 'object') return String(value);
  if (!isObject(value)) return goList(value.map(goValue));
  return goDict(Object.entries(value).map(([key, one]) => [key, goValue(one)] as const));
}

/** A map of expressions as one. */
export function goDict(entries: readonly (readonly [string, string])[]): string {
  return `(dict${entries.map(([key, expression]) => ` ${goString(key)} ${expression}`).join('')})`;
}

/** The path of a value below `.Values`; the root is `$` inside `with` and `range`. */
export function valuePath(path: string, root: '.' | '$' = '.'): string {
  return root === '$' ? `$.Values.${path}` : `.Values.${path}`;
}

/** A value whose parents need not be there: `a.b.c` → `((.Values.a).b).c`. */
export function anyPath(path: string): string {
  return path.split('.').reduce((at, key) => (at === '' ? `.Values.${key}` : `(${at}).${key}`), '');
}

/** A member of something: `$item.name`, or `(index $item "a-b")` where the key is no identifier. */
export function member(of: string, key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `${of}.${key}` : `(index ${of} ${goString(key)})`;
}

/** Calls a named template. */
export function include(name: string, argument: string): string {
  return `include ${goString(name)} ${argument}`;
}

/**
 * What writes a scalar. Strings are quoted whatever they hold; integers go through int64, because
 * Helm reads numbers as floats and would print 1e+06.
 */
export function scalar(expression: string, sample: Json): string {
  if (typeof sample === 'string') return `{{ ${expression} | quote }}`;
  if (typeof sample === 'number' && Number.isInteger(sample)) return `{{ ${expression} | int64 }}`;
  return sample === null ? `{{ ${expression} | toJson }}` : `{{ ${expression} }}`;
}

/** Name of the named template that an entry generates: `crds.keep` of chart c → `c.crdsKeep`. */
export function helperName(chart: string, path: string): string {
  const name = path.replaceAll(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return `${chart}.${LIBRARY.has(name) ? `${name}Value` : name}`;
}

/** Named templates of _helpers.tpl that belong to no entry. */
const LIBRARY: ReadonlySet<string> = new Set([
  'namespace',
  'presets',
  'prepare',
  'fillIn',
  'presetTable',
  'omitEmpty',
  'imageReference',
  'json',
  'merge',
  'resources',
  'quantity',
  'unique',
  'known',
]);
