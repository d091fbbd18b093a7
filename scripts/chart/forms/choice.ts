import { ChartError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { equalJson, isObject } from '../../json/tree.ts';
import { showField, valueAt } from '../../recipe/field.ts';
import { entryName, type EntryOf } from '../../recipe/entry.ts';
import { indentText, literal } from '../field-text.ts';
import { goList, goString, valuePath } from '../go-template.ts';
import { jsonLines } from './content.ts';
import type { ChartForm } from './form.ts';

/** One of several literal contents, by name. */
export const choice: ChartForm<'choice'> = {
  upstream: (entry, _, field) => {
    const actual = valueAt(field);
    return (
      choiceName(entry, actual) ??
      refuse(
        entry,
        `none of its choices is what upstream has: ${showField(field)} is ${JSON.stringify(actual)}`,
      )
    );
  },
  schema: ({ entry }) => ({ type: 'string', enum: Object.keys(entry.choices) }),
  write: ({ entry }) => ({ as: 'block', head: '', body: (indent) => branches(entry, indent) }),
  // A choice of nothing adds nothing.
  condition: ({ entry }) => {
    if (entry.place !== 'append') return valuePath(entry.path);
    const filled = Object.keys(entry.choices).filter((name) => listOf(entry, name).length > 0);
    return `has ${valuePath(entry.path)} ${goList(filled.map(goString))}`;
  },
  named: (entry) =>
    entry.place === 'merge'
      ? {
          lines: Object.entries(mapsOf(entry)).flatMap(([name, map]) => [
            `{{- if eq ${valuePath(entry.path)} ${goString(name)} -}}`,
            ...jsonLines(map),
            '{{- end -}}',
          ]),
        }
      : undefined,
};

/** The name of the choice that is this content. */
export function choiceName({ choices }: EntryOf<'choice'>, content: Json): string | undefined {
  return Object.keys(choices).find((name) => equalJson(choices[name], content));
}

/**
 * The choices of an entry that adds to a map.
 *
 * @throws RECIPE_INVALID when one is no map
 */
export function mapsOf(entry: EntryOf<'choice'>): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    Object.entries(entry.choices).map(([name, map]) =>
      isObject(map) ? [name, map] : refuse(entry, `its choice ${name} is no map, and place: merge adds keys`),
    ),
  );
}

function listOf(entry: EntryOf<'choice'>, name: string): readonly Json[] {
  const list = entry.choices[name];
  return Array.isArray(list)
    ? (list as readonly Json[])
    : refuse(entry, `its choice ${name} is no list, and place: append adds elements`);
}

/** One content after the other, of which the value picks one; what begins each line is the indent. */
function branches(entry: EntryOf<'choice'>, indent: number): string {
  const pad = ' '.repeat(indent);
  // Inside `with` the dot is another.
  const value = valuePath(entry.path, entry.place === 'replace' ? '.' : '$');
  const names = Object.keys(entry.choices);
  const branch = (name: string): string => {
    const content = entry.choices[name] ?? null;
    return entry.place === 'append' && listOf(entry, name).length === 0
      ? ''
      : `\n${indentText(literal(content), pad)}`;
  };
  const head = names
    .slice(0, -1)
    .map((name, i) => `{{- ${i === 0 ? 'if' : 'else if'} eq ${value} ${goString(name)} }}${branch(name)}`);
  return [...head, `{{- else }}${branch(names.at(-1) ?? '')}`, '{{- end }}'].join(`\n${pad}`);
}

function refuse(entry: EntryOf<'choice'>, what: string): never {
  throw new ChartError(
    entry.place === 'replace' || entry.place === 'drop' ? 'RECIPE_SELECTOR' : 'RECIPE_INVALID',
    `${entryName(entry)}: ${what}`,
  );
}
