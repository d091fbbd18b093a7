import { ChartError } from '../errors.ts';

/** One step of a field path. */
export type Segment =
  | { readonly type: 'key'; readonly key: string }
  /** `[name=a]`: the list's elements whose field has the value. */
  | { readonly type: 'match'; readonly field: string; readonly value: string }
  /** `*`: every element of a list or every value of a map. */
  | { readonly type: 'all' };

/** `[…]`, an escaped character, or what stands for itself; what none of them takes is malformed. */
const PIECE = /\[[^\]]*\]|\\[\\.[*]|[^.[]/y;

/**
 * Parses a kustomize field path: segments between dots, `\.` for a dot inside a
 * key, `[field=value]` for list elements, `*` for all, a number for a list index.
 * Source: kustomize's `replacements` documentation, "Field Path format". Beyond it,
 * `\[` and `\*` begin a key with these and `\\` is a backslash.
 *
 * @param whose what messages begin with, for example the entry that has the path
 * @throws RECIPE_SELECTOR when it is malformed
 */
export function parseFieldPath(path: string, whose = 'Recipe'): readonly Segment[] {
  const refuse = (what: string): never => {
    throw new ChartError('RECIPE_SELECTOR', `${whose}: field path ${path}: ${what}`, {
      hint: 'A dot inside a key is written \\. and an element of a list [field=value].',
    });
  };
  return splitPath(path, refuse).map((part): Segment => {
    if (part === '') return refuse('a segment between two dots is empty');
    if (part === '*') return { type: 'all' };
    if (!part.startsWith('[')) return { type: 'key', key: part.replaceAll(/\\([\\.[*])/g, '$1') };
    const [, field, value] = /^\[([^=\]]+)=([^\]]*)\]$/.exec(part) ?? [];
    if (field === undefined || value === undefined) return refuse(`${part} is not of the form [field=value]`);
    return { type: 'match', field, value };
  });
}

/** Splits at dots that are neither escaped nor inside brackets. */
function splitPath(path: string, refuse: (what: string) => never): readonly string[] {
  const parts = [''];
  for (let at = 0; at < path.length;) {
    PIECE.lastIndex = at;
    const piece = PIECE.exec(path)?.[0];
    if (piece === undefined && path[at] !== '.') return refuse(`${path.slice(at)} lacks its ]`);
    if (piece === undefined) parts.push('');
    else if (piece.startsWith('[') && parts.at(-1) !== '') return refuse(`${piece} has no dot before it`);
    else parts[parts.length - 1] += piece;
    at += piece?.length ?? 1;
  }
  return parts;
}

/** The reverse for one segment. */
export function showSegment(segment: Segment): string {
  if (segment.type === 'all') return '*';
  return segment.type === 'key' ? escapeKey(segment.key) : `[${segment.field}=${segment.value}]`;
}

/** The reverse for one key. */
export function escapeKey(key: string): string {
  return key.replaceAll(/[\\.[]|^\*$/g, String.raw`\$&`);
}
