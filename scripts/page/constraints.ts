import type { Json, JsonObject } from '../json/json.ts';
import { isObject, objectsIn } from '../json/tree.ts';

const NAMES: readonly (readonly [keyword: string, name: string])[] = [
  ['enum', 'One of'],
  ['const', 'Always'],
  ['pattern', 'Pattern'],
  ['format', 'Format'],
  ['minimum', 'At least'],
  ['exclusiveMinimum', 'More than'],
  ['maximum', 'At most'],
  ['exclusiveMaximum', 'Less than'],
  ['minLength', 'Characters, at least'],
  ['maxLength', 'Characters, at most'],
  ['minItems', 'Elements, at least'],
  ['maxItems', 'Elements, at most'],
  ['required', 'Needs'],
];

/** What a schema demands beside the type, each as a name and what it is. */
export function constraints(schema: JsonObject): readonly (readonly [name: string, text: string])[] {
  const alternatives = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => objectsIn(schema[keyword]));
  const own = NAMES.flatMap(([keyword, name]): readonly (readonly [string, string])[] => {
    const value = schema[keyword];
    return value === undefined ? [] : [[name, textOf(value)]];
  });
  const free = schema['additionalProperties'];
  return [
    ...own,
    ...alternatives.flatMap(constraints),
    ...(free === false && !isObject(schema['properties']) ? [['Keys', 'none'] as const] : []),
  ];
}

function textOf(value: Json): string {
  if (Array.isArray(value))
    return (value as readonly Json[]).map((one) => (one === '' ? '""' : String(one))).join(', ');
  return isObject(value) ? JSON.stringify(value) : String(value);
}
