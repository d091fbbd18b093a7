import type { Json, JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import { follow, pointerKeys } from './pointer.ts';
import { schemasIn } from './walk.ts';

/**
 * A self-contained schema in which every reference is to a definition of the root: what stands in its
 * properties may then become something else.
 */
export function hoisted(root: JsonObject): JsonObject {
  const copy = structuredClone(root);
  const definitions: Record<string, Json> = { ...(isObject(copy['definitions']) && copy['definitions']) };
  const names = new Map<string, string>();
  const pending: JsonObject[] = [];
  const isDirect = ($ref: string): boolean => {
    const [keyword, ...deeper] = pointerKeys($ref.slice(1)) ?? [];
    return keyword === 'definitions' && deeper.length === 1;
  };
  const define = (name: string, $ref: string): void => {
    const target = structuredClone(follow($ref, root) ?? true);
    const { definitions: _, ...own } = isObject(target) ? target : {};
    names.set($ref, name);
    definitions[name] = isObject(target) ? own : target;
    pending.push(own);
  };
  for (const [name, schema] of Object.entries(definitions)) {
    const $ref = isObject(schema) ? schema['$ref'] : undefined;
    // One that only refers to what has no name gives it its own.
    if (typeof $ref === 'string' && !isDirect($ref) && !names.has($ref)) define(name, $ref);
    else if (isObject(schema)) pending.push(schema);
  }
  const { definitions: _, ...whole } = copy;
  pending.push(whole);
  for (const schema of pending) {
    for (const { schema: inner } of schemasIn(schema)) {
      if (!isObject(inner) || typeof inner['$ref'] !== 'string' || isDirect(inner['$ref'])) continue;
      const { $ref } = inner;
      if (!names.has($ref)) define(freeName(pointerKeys($ref.slice(1))?.at(-1) ?? 'root', definitions), $ref);
      (inner as Record<string, Json>)['$ref'] = `#/definitions/${names.get($ref) ?? ''}`;
    }
  }
  return { ...whole, ...(Object.keys(definitions).length > 0 && { definitions }) };
}

/** The name, or the first number behind it that none of those has. */
export function freeName(name: string, taken: JsonObject): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_.-]/g, '-');
  let free = plain;
  for (let number = 2; Object.hasOwn(taken, free); number += 1) free = `${plain}${number}`;
  return free;
}
