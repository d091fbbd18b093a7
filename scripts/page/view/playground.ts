import { Validator } from '@cfworker/json-schema';
import { Document, parseDocument } from 'yaml';
import { schemaTree } from '../../chart/schema/node.ts';
import type { JsonObject } from '../../json/json.ts';
import { getPath } from '../../json/tree.ts';
import type { Release } from '../../oracle/context.ts';
import { marksOf } from '../../review/marks.ts';
import { objectName, showObject } from '../../review/object-name.ts';
import { count } from '../../review/summary.ts';
import { setFlags } from '../set-line.ts';
import { trial, type Fault } from '../trial.ts';
import { pairsOf, type Pair, type PageChart } from './chart.ts';
import { copyButton, fill, h } from './dom.ts';
import { valuesEditor } from './editor.ts';
import { pairTable } from './objects.ts';
import { tags } from './tags.ts';
import { writeYaml, YAML_STYLE } from '../../manifest/write-yaml.ts';

/** Values to try: what is wrong with them, and what the chart makes of them, at once. */
export function playground(chart: PageChart): {
  element: HTMLElement;
  add: (path: string) => void;
  focus: () => void;
} {
  const { data } = chart;
  const validator = new Validator(data.schema, '7', false);
  const defaults = chart.render({});
  const name = field('Release', data.release.name);
  const namespace = field('Namespace', data.release.namespace);
  const against = h(
    'select',
    { change: () => update() },
    h('option', { value: 'defaults' }, "the chart's defaults"),
    h('option', { value: 'before' }, data.review.before),
  );
  const status = h('p', { class: 'status', role: 'status' });
  const problems = h('ul', { class: 'problems', 'aria-label': 'What is wrong' });
  const flags = h('code', { class: 'flags' });
  const results = h('div', { class: 'results' });
  const open = new Set<string>();
  const start = Object.keys(data.values).length === 0 ? '' : writeYaml(data.values);
  const editor = valuesEditor(start, schemaTree(data.schema), () => update());

  function field(
    label: string,
    value: string,
  ): { readonly element: HTMLElement; readonly input: HTMLInputElement } {
    const input = h('input', { type: 'text', value, spellcheck: 'false', input: () => update() });
    return { element: h('label', {}, h('span', {}, label), input), input };
  }

  function update(): void {
    const begin = performance.now();
    const release = {
      name: name.input.value || data.release.name,
      namespace: namespace.input.value || 'default',
    };
    const { values, faults, objects } = trial(editor.text(), {
      defaults: data.defaults,
      validate: (merged) => validator.validate(merged),
      render: (own) => chart.render(own, release),
    });
    editor.show(faults);
    showFaults(faults);
    flags.textContent = values === undefined ? '' : setFlags(values);
    flags.dataset['empty'] = 'nothing yet: these are the defaults';
    results.classList.toggle('stale', objects === undefined);
    if (objects === undefined) {
      status.textContent = `${count(faults.length, 'problem')}: the objects are those of before.`;
      return;
    }
    const pairs =
      against.value === 'before' ? chart.heldAgainst(objects) : pairsOf(defaultsFor(release), objects);
    const changed = pairs.filter(({ change }) => change !== undefined);
    showPairs([...changed, ...pairs.filter(({ change }) => change === undefined)]);
    const time = Math.round(performance.now() - begin);
    status.textContent = `${changed.length === 0 ? 'No object differs' : `${changed.length} of ${count(pairs.length, 'object')} differ`}, rendered in ${time} ms.`;
  }

  function defaultsFor(release: Release): readonly JsonObject[] {
    const isOwn = release.name === data.release.name && release.namespace === data.release.namespace;
    return isOwn ? defaults : chart.render({}, release);
  }

  function showFaults(faults: readonly Fault[]): void {
    fill(
      problems,
      ...faults.map(({ line, message }) => h('li', {}, h('strong', {}, `Line ${line} `), message)),
    );
  }

  function showPairs(pairs: readonly Pair[]): void {
    fill(results, ...pairs.map((pair, i) => pairElement(pair, i < 3)));
  }

  function pairElement(pair: Pair, isFirst: boolean): HTMLElement {
    const { before, after, change } = pair;
    const label = showObject(objectName(after ?? before ?? {}));
    const state =
      change === undefined
        ? 'equal'
        : before === undefined
          ? 'new'
          : after === undefined
            ? 'gone'
            : count(change.changes.length, 'change');
    const marks = change === undefined ? [] : change.changes.flatMap((one) => marksOf(one, change));
    const body = h('div');
    const details = h(
      'details',
      {},
      h(
        'summary',
        {},
        h('span', { class: 'name' }, label),
        ' ',
        ...tags(marks),
        ' ',
        h('span', { class: 'sub' }, state),
      ),
      body,
    );
    const draw = (): void => {
      if (body.childElementCount > 0) return;
      const left = against.value === 'before' ? data.review.before : 'With the defaults';
      body.append(pairTable(pair, { before: left, after: 'With these values' }, () => undefined));
    };
    details.open = open.has(label) || (isFirst && change !== undefined && !open.has(`-${label}`));
    if (details.open) draw();
    details.addEventListener('toggle', () => {
      open.delete(details.open ? `-${label}` : label);
      open.add(details.open ? label : `-${label}`);
      if (details.open) draw();
    });
    return details;
  }

  const element = h(
    'div',
    {},
    h('h1', { tabindex: -1 }, 'Playground'),
    h(
      'p',
      { class: 'lead' },
      'The chart renders here as Helm does, with the values that you type. Nothing leaves this page.',
    ),
    h(
      'div',
      { class: 'play' },
      h(
        'div',
        { class: 'side' },
        h('div', { class: 'bar' }, name.element, namespace.element),
        editor.element,
        problems,
        h('h2', {}, 'To take away'),
        h('p', { class: 'sub' }, 'As flags of helm install or helm upgrade:'),
        h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Flags' }, flags),
        h(
          'p',
          { class: 'bar' },
          copyButton('Copy the flags', () => flags.textContent),
          copyButton('Copy the values file', () => editor.text()),
        ),
      ),
      h(
        'div',
        { class: 'side' },
        h('div', { class: 'bar' }, h('label', {}, h('span', {}, 'Held against'), against), status),
        results,
      ),
    ),
  );
  update();
  return {
    element,
    add: (path) => editor.write(withValue(editor.text(), path, data.defaults)),
    focus: () => editor.focus(),
  };
}

/** The text with a value of the chart in it, as the chart has it. */
function withValue(text: string, path: string, defaults: JsonObject): string {
  const own = parseDocument(text);
  const keys = path.split('.');
  if (own.errors.length > 0 || own.hasIn(keys)) return text;
  const doc = own.contents === null ? new Document({}) : own;
  doc.setIn(keys, getPath(defaults, path) ?? '');
  return doc.toString(YAML_STYLE);
}
