import type { JsonObject } from '../../json/json.ts';
import { asText, isObject } from '../../json/tree.ts';
import { valueAt } from '../../recipe/field.ts';
import { entryName, type EntryOf } from '../../recipe/entry.ts';
import type { Binding } from '../../recipe/resolve.ts';
import { goDict, goList, goString, include, member, valuePath } from '../go-template.ts';
import { jsonStyle, parseJson } from '../json-style.ts';
import { likeAll } from '../schema/like.ts';
import type { ChartForm } from './form.ts';

/** The text of a JSON document, in upstream's key order and indent. */
export const json: ChartForm<'json'> = {
  upstream: (entry, _, field) => parseJson(valueAt(field), entryName(entry), field),
  schema: ({ entry, upstream, described }) => {
    const { properties: known, ...own } = likeAll(upstream);
    const follows = (entry.derive ?? []).map(
      ({ key, from }) => [key, { description: `Follows ${from} unless it is set.` }] as const,
    );
    const properties = { ...Object.fromEntries(follows), ...(isObject(known) && known) };
    const more =
      entry.extra === undefined ? {} : furtherKeys(entry.extra, [...Object.keys(properties), ...described]);
    // The keys of upstream's come first.
    const all: JsonObject = { ...(isObject(known) && known), ...properties, ...more };
    return Object.keys(all).length === 0 ? own : { ...own, properties: all };
  },
  write: ({ binding, root, names }) => ({
    as: 'block',
    head: textOf(binding).endsWith('\n') ? ' |' : ' |-',
    body: (indent) => `{{- ${include(names.of(binding), root)} | nindent ${indent} }}`,
  }),
  named: (entry, binding, { chart }) => {
    const { order, indent } = jsonStyle(textOf(binding));
    const whole = goDict([
      ['value', '$value'],
      ['order', goList(order.map(goString))],
      ['indent', goString(indent)],
      ['margin', '""'],
    ]);
    return {
      lines: [
        `{{- $value := deepCopy ${valuePath(entry.path)} -}}`,
        ...extra(entry.path, entry.extra),
        ...(entry.derive ?? []).flatMap(derived),
        `{{- ${include(`${chart}.json`, whole)} -}}`,
      ],
    };
  },
};

/** The key below which keys stand that the value itself has not. */
function furtherKeys(key: string, known: readonly string[]): JsonObject {
  const names = [...new Set([...known, key])].toSorted();
  return {
    [key]: {
      description: 'Further keys, which stand beside the others.',
      type: 'object',
      propertyNames: { not: { enum: names } },
    },
  };
}

/** Keys that the value holds below another; one that differs from its own in case only is refused. */
function extra(path: string, key: string | undefined): readonly string[] {
  if (key === undefined) return [];
  return [
    `{{- $extra := ${member('$value', key)} -}}`,
    `{{- $_ := unset $value ${goString(key)} -}}`,
    '{{- range $key := keys $value | sortAlpha -}}',
    '{{- range $other, $_ := $extra -}}',
    '{{- if eq (lower $key) (lower $other) -}}',
    `{{- fail (printf "${path}.${key} names %s, which is ${path}.%s: set that" $other $key) -}}`,
    '{{- end -}}',
    '{{- end -}}',
    '{{- end -}}',
    '{{- range $key, $item := $extra }}{{ $_ := set $value $key $item }}{{ end -}}',
  ];
}

/** A key that follows another value unless it is set itself. */
function derived({ key, from, unless }: NonNullable<EntryOf<'json'>['derive']>[number]): readonly string[] {
  const usual = unless === undefined || unless === null || unless === '' ? '' : asText(unless);
  const differs = usual === '' ? '' : ` (ne (${valuePath(from)} | toString) ${goString(usual)})`;
  return [
    `{{- if and (not (hasKey $value ${goString(key)})) ${valuePath(from)}${differs} -}}`,
    `{{- $_ := set $value ${goString(key)} ${valuePath(from)} -}}`,
    '{{- end -}}',
  ];
}

/** Upstream's text; that of an empty object where upstream has none. */
function textOf({ entry, field }: Binding): string {
  const text = field.found ? valueAt(field) : undefined;
  return entry.place !== 'append' && typeof text === 'string' ? text : '{}';
}
