import { valueAt } from '../recipe/field.ts';
import { isMap, isSeq } from 'yaml';
import type { JsonObject } from '../json/json.ts';
import { entryName } from '../recipe/entry.ts';
import { ChartError } from '../errors.ts';
import { isElementMap, type Binding } from '../recipe/resolve.ts';
import { behind, emptyText, fail, insert, keyOf, wholeField } from './field-text.ts';
import { mapsOf } from './forms/choice.ts';
import { mapOf } from './forms/content.ts';
import type { Names } from './forms/form.ts';
import { LABEL_KEYS } from './forms/labels.ts';
import { goList, goString, goValue, include, member, valuePath } from './go-template.ts';
import type { Edit } from './text-edit.ts';

/** What an entry adds to a map, as Go template text. */
interface Source {
  /** As one argument of the `merge` named template. */
  readonly argument: string;
  /** When it is the only one: what `with` tests, and what renders the dot inside. */
  readonly condition: string;
  readonly body: string;
}

/**
 * What several entries add to one map: a single `with`, inside which stands the key where upstream
 * has none. Upstream's keys stay as they stand; a map of an object of our own, or one that an
 * element adds to, is written anew, where the later of two keys wins.
 */
export function addToMap(bindings: readonly Binding[], first: Binding, names: Names): Edit {
  const { field } = first;
  const added = field.resource.added === true;
  const present = field.found && isMap(field.value) ? (valueAt(field) as JsonObject) : undefined;
  const fixed = added ? [] : Object.keys(present ?? {});
  const own = bindings.filter((binding) => !isElementMap(binding));
  const sources = own.map((binding) => sourceOf(binding, names, fixed));
  const maps = sources.map(({ argument }) => argument);
  const elements = bindings.filter(isElementMap).map(({ key = '' }) => member('$item', key));
  const merge = (all: readonly string[]): string => include(`${names.chart}.merge`, goList(all));
  if (field.found && present !== undefined && (added || elements.length > 0)) {
    const whole = merge([goValue(present), ...maps, ...elements]);
    return wholeField(first.entry, field, (pad) => `${made(field, whole, '.', pad)}${pad}{{- end }}`);
  }
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) return addKeys(first, only.condition, only.body);
  return addKeys(first, merge(maps), '.');
}

/** Adds behind the last line of a map, or makes the field when there is none. */
function addKeys(binding: Binding, condition: string, body: string): Edit {
  const { entry, field } = binding;
  const filled = (pad: string): string => made(field, condition, body, pad);
  if (!field.found) return insert(binding, field, (pad) => `${filled(pad)}${pad}{{- end }}`);
  if (isSeq(field.value)) return fail(entry, field, 'is a list, and keys go into a map');
  const empty = emptyText(field);
  if (empty !== undefined) {
    // What upstream leaves empty stays as it is while nothing is added.
    const otherwise = (pad: string): string =>
      `${pad}{{- else }}\n${pad}${keyOf(field)}: ${empty}\n${pad}{{- end }}`;
    return wholeField(entry, field, (pad) => filled(pad) + otherwise(pad));
  }
  if (!isMap(field.value)) return fail(entry, field, 'is neither a list nor a map');
  if (field.key === undefined) return fail(entry, field, 'is an element of a list, not a field');
  return behind(
    field,
    (pad) => `${pad}{{- with ${condition} }}\n${pad}{{- ${body} | nindent ${pad.length} }}\n${pad}{{- end }}`,
  );
}

/** The field with what `body` gives, up to where the `with` of the condition ends. */
function made(field: Binding['field'], condition: string, body: string, pad: string): string {
  return `${pad}{{- with ${condition} }}\n${pad}${keyOf(field)}:\n${pad}  {{- ${body} | nindent ${pad.length + 2} }}\n`;
}

/** What an entry adds; keys of ours that upstream has are left out: upstream wins. */
function sourceOf(binding: Binding, names: Names, upstreamKeys: readonly string[]): Source {
  const { entry } = binding;
  if (entry.form === 'yaml') {
    const path = valuePath(entry.path);
    return { argument: path, condition: path, body: 'toYaml .' };
  }
  const text = include(names.of(binding), '.');
  const clash = keysOf(binding).filter((key) => upstreamKeys.includes(key));
  if (clash.length === 0) return { argument: `(${text} | fromYaml)`, condition: text, body: '.' };
  const rest = `omit (${text} | fromYaml) ${clash.map(goString).join(' ')}`;
  return { argument: `(${rest})`, condition: rest, body: 'toYaml .' };
}

/** The keys that an entry's named template may write. */
function keysOf(binding: Binding): readonly string[] {
  const { entry } = binding;
  switch (entry.form) {
    case 'labels':
      return LABEL_KEYS;
    case 'content':
      return Object.keys(mapOf(entry, binding));
    case 'checksum':
      return entry.place === 'merge' ? [entry.annotation] : [];
    case 'choice':
      return [...new Set(Object.values(mapsOf(entry)).flatMap(Object.keys))];
    default:
      throw new ChartError('BUG', `${entryName(entry)}: ${entry.form} adds no keys`);
  }
}
