import { groupBy } from '../../json/group-by.ts';
import type { JsonObject } from '../../json/json.ts';
import { objectName, showObject } from '../../review/object-name.ts';
import { title, type Group, type Review } from '../../review/review.ts';
import { count } from '../../review/summary.ts';
import { yamlLines, type YamlLine } from '../yaml-lines.ts';
import type { FedField } from '../data.ts';
import type { Pair, PageChart } from './chart.ts';
import { differenceTable, textTable, type Note } from './difference.ts';
import { fill, h, type Child } from './dom.ts';
import { searchList } from './list.ts';

/** Each object beside what is there now. */
export function objects(chart: PageChart): { element: HTMLElement; open: (id: string) => void } {
  const { pairs, data } = chart;
  const differences = differencesOf(data.review);
  const items = pairs.map((pair, i) => ({
    id: String(i),
    label: rowLabel(pair, differences.get(nameOf(pair)) ?? 0),
    text: nameOf(pair),
    href: `#/objects/${i}`,
  }));
  const list = searchList('objects', items);
  const detail = h('div', { class: 'detail' });
  return {
    element: h(
      'div',
      {},
      h('h1', { tabindex: -1 }, 'Objects'),
      h('div', { class: 'split' }, list.element, detail),
    ),
    open: (id) => {
      const first = Math.max(
        0,
        pairs.findIndex((pair) => differences.has(nameOf(pair))),
      );
      const index = id === '' ? first : Number(id);
      list.mark(String(index));
      const pair = pairs[index];
      if (pair !== undefined) fill(detail, ...objectDetail(pair, chart));
    },
  };
}

function nameOf({ before, after }: Pair): string {
  return showObject(objectName(after ?? before ?? {}));
}

function rowLabel({ before, after }: Pair, differences: number): HTMLElement {
  const { kind, name, namespace } = objectName(after ?? before ?? {});
  const change = before === undefined ? 'new' : after === undefined ? 'gone' : count(differences, 'change');
  return h(
    'span',
    { class: 'row' },
    h('span', { class: 'name' }, name),
    differences === 0
      ? h('span', { class: 'state' }, 'equal')
      : h('span', { class: 'state differs' }, change),
    h('span', { class: 'sub' }, `${kind}${namespace === undefined ? '' : ` in ${namespace}`}`),
  );
}

/** By object: also Secrets, whose difference is known to the review alone. */
function differencesOf({ groups }: Review): ReadonlyMap<string, number> {
  const items = groups.flatMap((group) => group.items);
  return new Map(
    [...groupBy(items, ({ object }) => showObject(object))].map(([name, own]) => [name, own.length]),
  );
}

function objectDetail(pair: Pair, chart: PageChart): readonly Child[] {
  const { data } = chart;
  const object = pair.after ?? pair.before ?? {};
  const fields = pair.after === undefined ? [] : chart.fieldsIn(pair.after);
  const name = objectName(object);
  const groups = data.review.groups.filter(({ items }) =>
    items.some((item) => showObject(item.object) === showObject(name)),
  );
  return [
    h('h2', {}, name.name),
    h(
      'p',
      { class: 'sub' },
      `${name.kind}, ${name.apiVersion}${name.namespace === undefined ? '' : `, in ${name.namespace}`}`,
    ),
    ...(groups.length > 0 ? [h('p', {}, 'Differs by ', ...joined(groups.map(causeOf)), '.')] : []),
    ...conditions(fields),
    pairTable(pair, { before: data.review.before, after: data.review.after }, noteOf(fields)),
  ];
}

function causeOf(group: Group): HTMLElement {
  return group.causes.length === 0
    ? h('a', { href: '#/changes', class: 'loud' }, 'undeclared changes')
    : h(
        'span',
        {},
        ...joined(
          group.causes.map(({ value }) =>
            h(
              'a',
              { href: `#/values/${value}` },
              title({ causes: [{ kind: 'departure', value, reason: '' }] }),
            ),
          ),
        ),
      );
}

function joined(parts: readonly Node[]): readonly Child[] {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [', ', part]));
}

function conditions(fields: readonly FedField[]): readonly HTMLElement[] {
  const own = fields.filter(({ path }) => path.length === 0);
  return own.map(({ value, as }) =>
    h(
      'p',
      {},
      as === 'each' ? 'There once for each of ' : 'There when ',
      h('a', { href: `#/values/${value}` }, value),
      as === 'each' ? '.' : ' is true.',
    ),
  );
}

/** The values that feed a line, behind it. */
function noteOf(fields: readonly FedField[]): Note {
  const byPath = groupBy(
    fields.filter(({ path }) => path.length > 0),
    ({ path }) => pathKey(path),
  );
  return (line) => {
    const own = byPath.get(pathKey(line.path)) ?? [];
    if (!line.first || own.length === 0) return undefined;
    const values = [...new Set(own.map(({ value }) => value))];
    return h(
      'span',
      { class: 'fed' },
      ...values.map((value) => h('a', { href: `#/values/${value}`, title: `fed by ${value}` }, value)),
    );
  };
}

function pathKey(path: YamlLine['path']): string {
  return path.join('\0');
}

/** One object beside another; alone where there is but one, or both are equal. */
export function pairTable(
  { before, after, change }: Pair,
  names: { readonly before: string; readonly after: string },
  note: Note,
): HTMLElement {
  const lines = (object: JsonObject | undefined): readonly YamlLine[] =>
    object === undefined ? [] : yamlLines(object);
  if (change !== undefined) return differenceTable(lines(before), lines(after), names, note);
  return textTable(lines(after), names.after, note);
}
