import type { Json, JsonObject } from '../json/json.ts';
import { isObject, member } from '../json/tree.ts';
import type { SchemaNode } from './schema/node.ts';

/** One row of the README's table of values. */
export interface ValueRow {
  readonly path: string;
  readonly type: string;
  /** JSON; '' when there is no default. */
  readonly default: string;
  readonly description: string;
}

/** Every documented value, down to the leaves, in the schema's order. */
export function valueRows(defaults: JsonObject, tree: SchemaNode): readonly ValueRow[] {
  return rows(defaults, tree, '');
}

function rows(values: Json | undefined, node: SchemaNode, path: string): readonly ValueRow[] {
  return [...node.properties].flatMap(([key, child]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const value = isObject(values) ? member(values, key) : undefined;
    const inner = rows(value, child, at);
    if (inner.length > 0 && !isEmptyObject(value)) return inner;
    if (child.description === '') return [];
    const row = {
      path: at,
      type: child.type,
      default: value === undefined ? '' : JSON.stringify(value),
      description: child.description,
    };
    return [row];
  });
}

function isEmptyObject(value: Json | undefined): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
