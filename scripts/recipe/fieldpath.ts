import { ChartError } from '../errors.ts';

/** One step of a field path. */
export type Segment =
  | { readonly type: 'key'; readonly key: string }
  /** `[name=a]`: the list's elements whose field has the value. */
  | { readonly type: 'match'; readonly field: string; readonly value: string }
  /** `*`: every element of a list or every value of a map. */
  | { readonly type: 'all' };

/**
 * Parses a kustomize field path: segments between dots, `\.` for a dot inside a
 * key, `[field=value]` for list elements, `*` for all, a number for a list index.
 * Source: kustomize's `replacements` documentation, "Field Path format".
 *
 * @throws RECIPE_SELECTOR when it is malformed
 */
export function parseFieldPath(path: string): readonly Segment[] {
  return splitPath(path).map((part) => {
    if (part === '*') return { type: 'all' };
    if (!part.startsWith('[')) return { type: 'key', key: part };
    const match = /^\[([^=\]]+)=(.*)\]$/.exec(part);
    if (match === null) {
      throw new ChartError('RECIPE_SELECTOR', `Field path ${path}: ${part} is not of the form [field=value]`);
    }
    return { type: 'match', field: match[1] ?? '', value: match[2] ?? '' };
  });
}

/** Splits at dots that are neither escaped nor inside brackets. */
function splitPath(path: string): readonly string[] {
  const parts = path.match(/(?:\[[^\]]*\]|\\.|[^.\\[])+/g) ?? [];
  const plain = parts.map((part) => (part.startsWith('[') ? part : part.replaceAll('\\.', '.')));
  if (plain.length === 0 || /^\.|\.$|\.\./.test(path.replaceAll('\\.', ''))) {
    throw new ChartError('RECIPE_SELECTOR', `Field path "${path}" has an empty segment`);
  }
  return plain;
}

/** The reverse for one key: dots escaped. */
export function escapeKey(key: string): string {
  return key.replaceAll('.', '\\.');
}
