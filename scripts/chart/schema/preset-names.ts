import type { Presets } from '../../recipe/types.ts';
import type { SchemaNode } from './node.ts';

/** The tree with the presets' names in the description of the value that chooses one. */
export function withPresetNames(tree: SchemaNode, presets: Presets | undefined): SchemaNode {
  if (presets === undefined) return tree;
  return described(tree, presets.path.split('.'), `One of ${Object.keys(presets.options).join(', ')}.`);
}

function described(node: SchemaNode, [head, ...rest]: readonly string[], text: string): SchemaNode {
  if (head === undefined) return { ...node, description: `${node.description} ${text}`.trim() };
  const child = node.properties.get(head);
  if (child === undefined) return node;
  // Setting a key that is there keeps the author's order.
  return { ...node, properties: new Map(node.properties).set(head, described(child, rest, text)) };
}
