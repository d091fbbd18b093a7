import { containersOf, type Container } from '../pods.ts';
import { objectName, showObject } from '../../review/object-name.ts';
import type { Pair, PageChart } from './chart.ts';
import { code, h, table, type Child } from './dom.ts';

/** What each container may use, and what of its node or cluster is mounted into it. */
export function workloads({ pairs }: PageChart): HTMLElement {
  const own = pairs.flatMap((pair) =>
    pair.after === undefined ? [] : containersOf(pair.after).map((container) => ({ pair, container })),
  );
  return h(
    'div',
    {},
    h('h1', { tabindex: -1 }, 'Workloads'),
    own.length === 0 && h('p', {}, 'No object runs a container.'),
    ...(own.length === 0
      ? []
      : [
          h(
            'section',
            {},
            h('h2', {}, 'Resources'),
            table(
              'Resources by container',
              ['Object', 'Container', 'CPU requested', 'CPU limit', 'Memory requested', 'Memory limit'],
              own.map(resourceRow),
            ),
          ),
          h(
            'section',
            {},
            h('h2', {}, 'Mounts'),
            table(
              'Mounts by container',
              ['Container', 'Path', 'From', 'Volume', 'Access'],
              own.flatMap(mountRows),
            ),
          ),
        ]),
  );
}

interface Own {
  readonly pair: Pair;
  readonly container: Container;
}

const QUANTITIES = ['requests.cpu', 'limits.cpu', 'requests.memory', 'limits.memory'] as const;

function resourceRow({ pair, container }: Own): readonly Child[] {
  const before = pair.before && containersOf(pair.before).find(({ name }) => name === container.name);
  return [
    showObject(objectName(pair.after ?? {})),
    nameOf(container),
    ...QUANTITIES.map((key) =>
      changed(before?.resources[key], container.resources[key], before !== undefined),
    ),
  ];
}

/** A quantity, and what it was. */
function changed(before: string | undefined, after: string | undefined, known: boolean): Child {
  const now = after ?? '–';
  if (!known || before === after) return now;
  return h('span', {}, h('del', {}, before ?? '–'), ' ', h('ins', {}, now));
}

function mountRows({ container }: Own): readonly (readonly Child[])[] {
  return container.mounts.map(({ at, source, volume, readOnly }) => [
    nameOf(container),
    code(at),
    h(
      'span',
      {},
      code(source),
      ' ',
      source.startsWith('hostPath') && h('span', { class: 'tag' }, "the node's"),
    ),
    volume,
    readOnly ? 'read' : 'read and write',
  ]);
}

function nameOf({ name, init }: Container): string {
  return `${name}${init ? ' (init)' : ''}`;
}
