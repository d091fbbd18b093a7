import type { SchemaNode } from '../chart/schema/node.ts';
import type { Json } from '../json/json.ts';

/** Where in a values file one writes. */
export interface Spot {
  /** The keys around; of a list's element the list's. */
  readonly above: readonly string[];
  /** The key whose value is written; undefined while a key is. */
  readonly key: string | undefined;
  /** What of the word is there. */
  readonly word: string;
}

/** Something that can be written there. */
export interface Suggestion {
  readonly label: string;
  readonly about: string;
  readonly text: string;
}

const LINE = /^((?:\s|- )*)(?:([^\s:#'"-][^:#'"]*):)?(?:\s+(.*))?$/;

/** Where one writes, by the indent of the lines above. */
export function spotAt(textBefore: string): Spot {
  const lines = textBefore.split('\n');
  const last = lines.at(-1) ?? '';
  const [, indent = '', key, value] = LINE.exec(last) ?? [];
  const isValue = key !== undefined;
  const above: string[] = [];
  let column = isValue ? indent.length : (/^(?:\s|- )*/.exec(last)?.[0].length ?? 0);
  // An element of a list may stand in the column of its key.
  let isElement = indent.includes('- ');
  for (const line of lines.slice(0, -1).toReversed()) {
    const [, own = '', name] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const start = own.search(/\S/) < 0 ? own.length : own.search(/\S/);
    if (own.length < column || (isElement && !own.includes('- ') && own.length <= column - 2)) {
      above.unshift(name);
      column = start;
      isElement = own.includes('- ');
    } else if (own.length === column && own.includes('- ')) {
      column = start + 1;
      isElement = true;
    }
    if (column === 0) break;
  }
  return { above, key, word: isValue ? (value ?? '') : last.trimStart().replace(/^(?:- )+/, '') };
}

/** What can be written there by the schema. */
export function suggestions(root: SchemaNode, { above, key }: Spot): readonly Suggestion[] {
  const node = [...above, ...(key === undefined ? [] : [key])].reduce<SchemaNode | undefined>(
    (at, name) => at?.properties.get(name),
    root,
  );
  if (node === undefined) return [];
  if (key === undefined) {
    const keys = [...node.properties].map(([name, child]) => ({
      label: name,
      about: child.description,
      text: child.properties.size > 0 ? `${name}:\n${'  '.repeat(above.length + 1)}` : `${name}: `,
    }));
    return [...keys, ...node.elementKeys.map((name) => ({ label: name, about: '', text: `${name}: ` }))];
  }
  return allowed(node).map((value) => ({
    label: textOf(value),
    about: node.description,
    text: textOf(value),
  }));
}

/** The description of what is written there. */
export function aboutAt(root: SchemaNode, path: readonly string[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((at, name) => at?.properties.get(name), root);
}

function allowed({ schema, type }: SchemaNode): readonly Json[] {
  const { enum: list } = schema;
  if (Array.isArray(list)) return list as readonly Json[];
  return type === 'bool' ? [true, false] : [];
}

function textOf(value: Json): string {
  return value === '' ? '""' : String(value);
}
