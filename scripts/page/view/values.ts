import { stringify } from 'yaml';
import type { Json } from '../../json/json.ts';
import { asText, isObject, member } from '../../json/tree.ts';
import { trimEnd } from '../../manifest/trim-end.ts';
import type { FedField, PageResource } from '../data.ts';
import { constraints } from '../constraints.ts';
import type { PageChart, Value } from './chart.ts';
import { breaking, code, fill, h, table, type Child } from './dom.ts';
import { searchList } from './list.ts';
import { YAML_STYLE } from '../../manifest/write-yaml.ts';

/** Each value: what it may be, what it is, which fields it feeds and which line of upstream they come from. */
export function values(
  chart: PageChart,
  tryOut: (path: string) => void,
): { element: HTMLElement; open: (id: string) => void } {
  const items = chart.values.map((value) => ({
    id: value.path,
    label: rowLabel(value),
    text: [
      value.path,
      value.node.description,
      ...chart.fieldsOf(value.path).map((field) => fieldName(field, chart)),
    ].join(' '),
    href: `#/values/${value.path}`,
  }));
  const list = searchList('values', items);
  const detail = h('div', { class: 'detail' });
  return {
    element: h(
      'div',
      {},
      h('h1', { tabindex: -1 }, 'Values'),
      h('p', { class: 'lead' }, 'Search by a value, or by the field that it feeds.'),
      h('div', { class: 'split' }, list.element, detail),
    ),
    open: (id) => {
      const value = chart.values.find(({ path }) => path === id) ?? chart.values[0];
      if (value === undefined) return;
      list.mark(value.path);
      fill(detail, ...valueDetail(value, chart, tryOut));
    },
  };
}

function rowLabel({ path, node }: Value): HTMLElement {
  const cut = path.lastIndexOf('.') + 1;
  return h(
    'span',
    { class: 'row' },
    h(
      'span',
      { class: 'name' },
      h('span', { class: 'sub' }, ...breaking(path.slice(0, cut))),
      path.slice(cut),
    ),
    h('span', { class: 'state' }, node.type),
  );
}

function valueDetail(value: Value, chart: PageChart, tryOut: (path: string) => void): readonly Child[] {
  const { path, node, entry } = value;
  const departure = chart.data.departures.find(
    (one) => one.value === path || path.startsWith(`${one.value}.`),
  );
  const fields = chart.fieldsOf(path);
  const facts: readonly (readonly [string, Child])[] = [
    ['Type', node.type],
    ...constraints(node.schema).map(([name, text]) => [name, code(text)] as const),
    ['Default', valueText(value.default)],
    ...presets(path, chart),
    ...(value.default === undefined && entry?.path === path
      ? [['Upstream', valueText(entry.upstream)] as const]
      : []),
    ...(departure?.value === path
      ? ([
          ['Upstream', valueText(departure.upstream)],
          ['Departs because', departure.reason],
        ] as const)
      : []),
    ...(entry === undefined
      ? []
      : [
          [
            'In the recipe',
            `${entry.path === path ? '' : `part of ${entry.path}, `}${entry.as}${entry.at === undefined ? '' : `, ${entry.at}`}`,
          ] as const,
        ]),
  ];
  return [
    h('h2', {}, code(path)),
    node.description !== '' && h('p', {}, node.description),
    h('dl', { class: 'facts' }, ...facts.flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)])),
    h('p', {}, h('button', { type: 'button', click: () => tryOut(path) }, 'Try it in the playground')),
    h('h3', {}, 'Feeds'),
    fields.length === 0
      ? h('p', { class: 'sub' }, 'No field by itself: it steers other values or a preset.')
      : table(
          'Fields that this value feeds',
          ['Object', 'Field', 'Comes from', 'How'],
          fields.map((field) => fieldRow(field, path, chart)),
        ),
  ];
}

/** What a value is by each preset, when it is left open. */
function presets(path: string, { data }: PageChart): readonly (readonly [string, Child])[] {
  const { presets: own } = data.recipe;
  const known = Object.entries(own?.options ?? {}).flatMap(
    ([name, preset]): readonly (readonly [string, Json])[] => {
      const value = member(preset, path);
      return value === undefined ? [] : [[name, value]];
    },
  );
  return own === undefined || known.length === 0
    ? []
    : [[`By ${own.path}`, valueText(Object.fromEntries(known))]];
}

function fieldRow(field: FedField, path: string, chart: PageChart): readonly Child[] {
  const resource = chart.data.resources[field.resource];
  const index = resource === undefined ? -1 : chart.indexOf(resource);
  const name = `${resource?.kind ?? ''} ${resource?.name ?? ''}`;
  return [
    index < 0 ? name : h('a', { href: `#/objects/${index}` }, name),
    h(
      'span',
      {},
      code(showFieldPath(field.path, resource)),
      field.value !== path && !path.startsWith(field.value) && h('small', {}, ` by ${field.value}`),
    ),
    h(
      'span',
      {},
      code(`${resource?.file ?? ''}:${field.line}`),
      field.made === true && h('small', {}, ' not there upstream'),
    ),
    field.as,
  ];
}

function fieldName(field: FedField, chart: PageChart): string {
  const resource = chart.data.resources[field.resource];
  return `${resource?.kind ?? ''} ${resource?.name ?? ''} ${showFieldPath(field.path, resource)}`;
}

/** A path as a recipe has it: elements by their name. */
function showFieldPath(path: FedField['path'], resource: PageResource | undefined): string {
  if (path.length === 0) return 'the whole object';
  let at: Json | undefined = resource?.object;
  const steps = path.map((step) => {
    at = typeof at === 'object' && at !== null ? (at as Readonly<Record<string, Json>>)[step] : undefined;
    const name = typeof step === 'number' && isObject(at) ? at['name'] : undefined;
    return name === undefined ? String(step).replaceAll('.', String.raw`\.`) : `[name=${asText(name)}]`;
  });
  return steps.join('.');
}

/** A value as a person writes it. */
export function valueText(value: Json | undefined): HTMLElement {
  if (value === undefined) return h('span', { class: 'sub' }, 'not set');
  const text = trimEnd(stringify(value, YAML_STYLE));
  return text.includes('\n') ? h('pre', { tabindex: 0 }, text) : code(text);
}
