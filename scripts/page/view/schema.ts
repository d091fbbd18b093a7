import { constraints } from '../constraints.ts';
import type { PageChart, Value } from './chart.ts';
import { code, h, table, type Child } from './dom.ts';
import { valueText } from './values.ts';

/** values.schema.json as documentation, in its own order. */
export function schema({ values }: PageChart): HTMLElement {
  const roots = values.filter(({ path }) => !path.includes('.'));
  return h(
    'div',
    {},
    h('h1', { tabindex: -1 }, 'Schema'),
    h(
      'p',
      { class: 'lead' },
      'What every value may be. Helm refuses what is not so before it installs anything.',
    ),
    ...roots.map((root) =>
      section(
        root,
        values.filter(({ path }) => path.startsWith(`${root.path}.`)),
      ),
    ),
  );
}

function section(root: Value, below: readonly Value[]): HTMLElement {
  return h(
    'section',
    {},
    h('h2', {}, code(root.path), ' ', h('span', { class: 'sub' }, root.node.type)),
    table(
      `Values below ${root.path}`,
      ['Value', 'Type', 'Default', 'What it is'],
      [root, ...below].map(rowOf),
      'doc',
    ),
  );
}

function rowOf({ path, node, default: own }: Value): readonly Child[] {
  const isInner = node.properties.size > 0;
  return [
    h('a', { href: `#/values/${path}` }, code(path)),
    node.type,
    isInner ? '' : valueText(own),
    h(
      'span',
      {},
      node.description,
      ...constraints(node.schema).flatMap(([name, text]) => [
        h('br'),
        h('small', {}, `${name}: `, code(text)),
      ]),
      node.elementKeys.length > 0 &&
        h('small', {}, h('br'), 'Each may have: ', code(node.elementKeys.join(', '))),
    ),
  ];
}
