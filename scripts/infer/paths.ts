import type { Json } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import { escapeKey } from '../recipe/fieldpath.ts';

/** A text somewhere in an object. */
export interface TextAt {
  readonly keys: readonly (string | number)[];
  /** The same as a field path of the recipe. */
  readonly path: string;
  readonly text: string;
}

/** Every text of an object, with the field path that names it. */
export function textsIn(object: Json): readonly TextAt[] {
  const found: TextAt[] = [];
  collect(object, [], [], found);
  return found;
}

function collect(
  node: Json,
  keys: readonly (string | number)[],
  path: readonly string[],
  found: TextAt[],
): void {
  if (typeof node === 'string') found.push({ keys, path: path.join('.'), text: node });
  else if (Array.isArray(node))
    for (const [i, item] of (node as readonly Json[]).entries())
      collect(item, [...keys, i], [...path, elementOf(node as readonly Json[], i)], found);
  else if (isObject(node))
    for (const [key, inner] of Object.entries(node))
      collect(inner, [...keys, key], [...path, escapeKey(key)], found);
}

/** How a field path names an element: by its name where no other has it, else by its index. */
export function elementOf(list: readonly Json[], index: number): string {
  const name = nameOf(list[index]);
  const isOwn = name !== undefined && list.filter((other) => nameOf(other) === name).length === 1;
  return isOwn && !/[\]=]/.test(name) ? `[name=${name}]` : String(index);
}

function nameOf(item: Json | undefined): string | undefined {
  const name = isObject(item) ? item['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
