import { quickTree, type Keeper, type Tree } from './quick.ts';
import { writtenScalar } from './written-scalar.ts';

/** Comments in front of a document, which stay as they are. */
const HEAD = /^(?:#(?:.*[^\s])?\n)*/;

/** A key that an object has in front of all others, wherever the text has it. */
const INDEX = /^(?:0|[1-9][0-9]*)$/;

const WRITTEN: Keeper<string> = {
  scalar: writtenScalar,
  key: (value, style) => (INDEX.test(value) ? undefined : writtenScalar(value, style, value)),
};

/**
 * The canonical text of a document in the YAML that manifests are written in, without a tree of
 * nodes; undefined for what takes more than that: other comments, blank lines, strings that need other quotes.
 *
 * @param text lines, each ending in a newline
 */
export function quickText(text: string): string | undefined {
  const head = HEAD.exec(text)?.[0] ?? '';
  const quick = quickTree(text.slice(head.length), WRITTEN);
  return quick?.bare === true ? `${head}${linesOf(quick.tree, '')}\n` : undefined;
}

/** A tree whose lines but the first have an indent. */
function linesOf(tree: Tree<string>, indent: string): string {
  if (typeof tree === 'string') return tree.includes('\n') ? tree.replaceAll(/\n+/g, `$&${indent}`) : tree;
  const inner = `${indent}  `;
  if (isList(tree)) {
    return tree.length === 0 ? '[]' : tree.map((item) => `- ${linesOf(item, inner)}`).join(`\n${indent}`);
  }
  const members = Object.entries(tree);
  if (members.length === 0) return '{}';
  return members
    .map(([key, value]) => {
      if (value === '') return `${key}:`;
      const isBlock = typeof value === 'object' && Object.keys(value).length > 0;
      return `${key}:${isBlock ? `\n${inner}` : ' '}${linesOf(value, inner)}`;
    })
    .join(`\n${indent}`);
}

/** Array.isArray does not know readonly ones. */
function isList(tree: Tree<string>): tree is readonly Tree<string>[] {
  return Array.isArray(tree);
}
