import { ChartError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { equalJson, isObject } from '../../json/tree.ts';
import { showField, valueAt } from '../../recipe/field.ts';
import type { Binding } from '../../recipe/resolve.ts';
import { entryName, TOKENS, type EntryOf } from '../../recipe/entry.ts';
import { yamlText } from '../field-text.ts';
import { escapeTemplate, goString, scalar, valuePath } from '../go-template.ts';
import { everyField, placed } from '../schema/fields.ts';
import { narrowed } from '../schema/like.ts';
import type { ChartForm } from './form.ts';

const VALUE = '$value';

/** The expression of each token; none of these facts has a quote or a backslash in it. */
const FACTS: Readonly<Record<(typeof TOKENS)[number], string>> = {
  '{release.name}': '.Release.Name',
  '{release.namespace}': '.Release.Namespace',
  '{chart.name}': '.Chart.Name',
  '{chart.version}': '.Chart.Version',
};

/** Fixed content with the value and facts of the release in it. */
export const content: ChartForm<'content'> = {
  upstream: (entry, binding, field) => {
    const actual = valueAt(field);
    const found: Json[] = [];
    const fits = match(contentOf(entry, binding), actual, found);
    const [first = true, ...others] = found;
    if (fits && others.every((other) => equalJson(other, first))) return first;
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${entryName(entry)}: its content is not what upstream has: ${showField(field)} is ${JSON.stringify(actual)}`,
    );
  },
  schema: (asked) => {
    const places = (binding: Binding): readonly Inside[] =>
      insides(contentOf(asked.entry, binding)).map((path) => [...placed(binding), ...path]);
    // Inside a longer text the value is whatever the default is.
    return narrowed(everyField(asked, places, asked.chart), asked.chart, asked.definitions);
  },
  write: ({ entry, binding, value, root, sample }) => ({
    as: 'tree',
    text: (around) =>
      yamlText(around(contentOf(entry, binding)), (text) => expressionOf(text, value, root, sample)),
  }),
  named: (entry, binding) => {
    if (entry.place !== 'merge') return undefined;
    const served = entry.unlessServed;
    const value = valuePath(entry.path);
    const on =
      served === undefined ? value : `and ${value} (not (.Capabilities.APIVersions.Has ${goString(served)}))`;
    return {
      lines: [
        `{{- if ${on} -}}`,
        ...jsonLines(mapOf(entry, binding), (text) => expressionOf(text, value, '.', entry.default ?? '')),
        '{{- end -}}',
      ],
    };
  },
};

/** What an entry puts at one of its targets. */
export function contentOf(entry: EntryOf<'content'>, { target }: Pick<Binding, 'target'>): Json {
  const own = target.content ?? entry.content;
  if (own !== undefined) return own;
  throw new ChartError('RECIPE_INVALID', `${entryName(entry)}: neither the entry nor its target has content`);
}

/**
 * The keys that an entry adds to a map.
 *
 * @throws RECIPE_INVALID when its content is no map
 */
export function mapOf(entry: EntryOf<'content'>, binding: Pick<Binding, 'target'>): JsonObject {
  const own = contentOf(entry, binding);
  if (isObject(own)) return own;
  throw new ChartError(
    'RECIPE_INVALID',
    `${entryName(entry)}: its content is no map, and place: merge adds keys`,
  );
}

/**
 * A map as YAML, a line for each key: the key and its value are JSON, which YAML is too.
 *
 * @param expression what to write for a text; undefined when it is to stay as it is
 */
export function jsonLines(map: JsonObject, expression: Expression = () => undefined): readonly string[] {
  return Object.entries(map).map(([key, inner]) => `${quoted(key)}: ${jsonText(inner, expression)}`);
}

type Inside = readonly (string | number)[];

/** Where in some content the value stands, and nothing else. */
function insides(own: Json): readonly Inside[] {
  if (own === VALUE) return [[]];
  if (typeof own !== 'object' || own === null) return [];
  const inner = Array.isArray(own) ? [...own.entries()] : Object.entries(own);
  return inner.flatMap(([key, item]) => insides(item as Json).map((path) => [key, ...path]));
}

type Expression = (text: string) => string | undefined;

function quoted(text: string): string {
  return escapeTemplate(JSON.stringify(text));
}

function jsonText(node: Json, expression: Expression): string {
  if (typeof node === 'string') return expression(node) ?? quoted(node);
  if (Array.isArray(node)) return `[${node.map((item: Json) => jsonText(item, expression)).join(', ')}]`;
  if (!isObject(node)) return JSON.stringify(node);
  return `{${jsonLines(node, expression).join(', ')}}`;
}

/** What writes a text in which something is to be filled in; undefined when it stays as it is. */
function expressionOf(text: string, value: string, root: '.' | '$', sample: Json): string | undefined {
  if (text === VALUE) {
    return typeof sample === 'object' && sample !== null ? `{{ ${value} | toJson }}` : scalar(value, sample);
  }
  const tokens = TOKENS.filter((token) => text.includes(token));
  const fact = (token: (typeof TOKENS)[number]): string => (root === '$' ? '$' : '') + FACTS[token];
  if (!text.includes(VALUE)) {
    if (tokens.length === 0) return undefined;
    return tokens.reduce<string>(
      (at, token) => at.replaceAll(token, `{{ ${fact(token)} }}`),
      escapeTemplate(JSON.stringify(text)),
    );
  }
  const words = [VALUE, ...TOKENS].map((word) => word.replaceAll(/[$.{}]/g, String.raw`\$&`));
  const parts = text.split(new RegExp(`(${words.join('|')})`));
  const format = parts.map((part, i) => (i % 2 === 1 ? '%v' : part.replaceAll('%', '%%'))).join('');
  const written = typeof sample === 'string' ? value : `(${value} | toJson)`;
  const facts = parts
    .filter((_, i) => i % 2 === 1)
    .map((word) => (word === VALUE ? written : fact(word as (typeof TOKENS)[number])));
  return `{{ printf ${goString(format)} ${facts.join(' ')} | quote }}`;
}

/** Whether content is like something, and what stands there for each `$value`. */
function match(own: Json, actual: Json | undefined, found: Json[]): boolean {
  if (own === VALUE) return actual !== undefined && found.push(actual) > 0;
  if (typeof own === 'string' && own.includes(VALUE)) {
    const [before = '', ...behind] = own.split(VALUE);
    if (typeof actual !== 'string') return false;
    const length = (actual.length - before.length - behind.join('').length) / behind.length;
    const value = Number.isInteger(length) && length >= 0 ? actual.substr(before.length, length) : undefined;
    return value !== undefined && own.split(VALUE).join(value) === actual && found.push(value) > 0;
  }
  if (Array.isArray(own)) {
    return (
      Array.isArray(actual) &&
      own.length === actual.length &&
      own.every((item: Json, i) => match(item, actual[i] as Json, found))
    );
  }
  if (!isObject(own)) return equalJson(own, actual);
  const keys = Object.keys(own);
  return (
    isObject(actual) &&
    Object.keys(actual).length === keys.length &&
    keys.every((key) => match(own[key] ?? null, actual[key], found))
  );
}
