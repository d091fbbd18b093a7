import { isMap, isScalar, isSeq } from 'yaml';
import { ChartError } from '../errors.ts';
import { entryName, type AppendEntry } from '../recipe/types.ts';
import type { FieldBinding } from './binding.ts';
import { helperName } from './expression.ts';

/** A named template without output that refuses what would spoil one list. */
export interface ListCheck {
  /** For example `c.checkExtraVolumes`. */
  readonly name: string;
  readonly lines: readonly string[];
}

/**
 * For each list that an `append` entry adds to, what refuses a key that is there already, or
 * the name of something that is not there. JSON Schema sees only the appended elements, and
 * not their keys against each other.
 *
 * @param resources everything that is lifted, resource by resource
 */
export function listChecks(
  resources: readonly (readonly FieldBinding[])[],
  chart: string,
): ReadonlyMap<FieldBinding, ListCheck> {
  const checks = new Map<FieldBinding, ListCheck>();
  const taken = new Map<string, number>();
  for (const fields of resources) {
    for (const binding of fields) {
      const { entry } = binding;
      if (entry.as !== 'append' || (entry.unique === undefined && entry.refers === undefined)) continue;
      const count = (taken.get(entry.path) ?? 0) + 1;
      taken.set(entry.path, count);
      // One entry may add to several lists.
      const name = helperName(chart, `check.${entry.path}`) + (count > 1 ? String(count) : '');
      checks.set(binding, { name, lines: checkLines(entry, binding, fields, chart) });
    }
  }
  return checks;
}

function checkLines(
  entry: AppendEntry,
  binding: FieldBinding,
  fields: readonly FieldBinding[],
  chart: string,
): readonly string[] {
  return [
    ...takenChecks(binding, fields, chart),
    ...onList(binding, fields)
      .filter((field) => field.entry.as === 'element')
      .flatMap((field) => inWith(field.entry.path, elementChecks(field, fields, chart))),
    ...inWith(entry.path, appendChecks(entry, binding, fields, chart)),
  ];
}

function inWith(path: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`{{- with .Values.${path} -}}`, ...lines, '{{- end -}}'];
}

/** Refuses an appended element with a key that is there, or the name of something that is not. */
function appendChecks(
  entry: AppendEntry,
  binding: FieldBinding,
  fields: readonly FieldBinding[],
  chart: string,
): readonly string[] {
  const { path, unique, refers } = entry;
  const lines: string[] = [];
  if (unique !== undefined) {
    const taken = expressionsOf(keysOf(binding, unique, fields));
    lines.push(
      include(`${chart}.unique`, `"at" "${path}" "of" . "keys" (list "${unique}")${listed('taken', taken)}`),
    );
  }
  if (refers !== undefined) {
    const { others, key, values } = referred(entry, fields);
    const names = listed('names', expressionsOf(keysOf(others, key, fields)));
    const rest = `"key" "${refers.key}" "to" "${refers.to}" "theirs" "${key}" "added" ${values}${names}`;
    lines.push(include(`${chart}.known`, `"at" "${path}" "of" . ${rest}`));
  }
  return lines;
}

/**
 * Refuses a value that was lifted out of an element of upstream's and gives it a key that
 * another has: it spoils the list also when nothing is appended.
 */
function takenChecks(
  binding: FieldBinding,
  fields: readonly FieldBinding[],
  chart: string,
): readonly string[] {
  const unique = uniqueOf(binding, fields);
  if (unique === undefined) return [];
  const keys = upstreamKeys(binding, unique, fields);
  return keys
    .filter(({ from }) => from !== undefined)
    .map((key) => takenCheck(key, unique, expressionsOf(keys.filter((other) => other !== key)), chart));
}

/** The same of an `element` entry whose key is the value. */
function elementChecks(
  binding: FieldBinding,
  fields: readonly FieldBinding[],
  chart: string,
): readonly string[] {
  const unique = uniqueOf(binding, fields);
  const key = unique === undefined ? undefined : elementKey(binding, unique);
  if (unique === undefined || key === undefined || binding.element?.[unique] !== '$value') return [];
  return [takenCheck(key, unique, expressionsOf(upstreamKeys(binding, unique, fields)), chart)];
}

function expressionsOf(keys: readonly Key[]): readonly string[] {
  return keys.map(({ expression }) => expression);
}

function takenCheck(
  { from = '', expression }: Key,
  unique: string,
  others: readonly string[],
  chart: string,
): string {
  const rest = `"of" (list (dict "${unique}" ${expression})) "keys" (list "${unique}")${listed('taken', others)}`;
  return include(`${chart}.unique`, `"at" "${from}" ${rest}`);
}

/** The bindings of one list: that of the given one. */
function onList({ place }: FieldBinding, fields: readonly FieldBinding[]): readonly FieldBinding[] {
  const at = place.path.join('\0');
  return fields.filter((field) => field.place.path.join('\0') === at);
}

/** The key by which an `append` entry of the same list tells elements apart. */
function uniqueOf(binding: FieldBinding, fields: readonly FieldBinding[]): string | undefined {
  return onList(binding, fields)
    .map(({ entry }) => (entry.as === 'append' ? entry.unique : undefined))
    .find((unique) => unique !== undefined);
}

function include(name: string, dict: string): string {
  return `{{- include "${name}" (dict ${dict}) -}}`;
}

function listed(name: string, expressions: readonly string[]): string {
  return expressions.length === 0 ? '' : ` "${name}" (list ${expressions.join(' ')})`;
}

/** The list that an entry refers to, and the key that tells its elements apart. */
function referred(
  entry: AppendEntry,
  fields: readonly FieldBinding[],
): { readonly others: FieldBinding; readonly key: string; readonly values: string } {
  const { refers } = entry;
  const others = fields.find((field) => field.entry.path === refers?.to);
  if (others?.entry.as !== 'append' || others.entry.unique === undefined) {
    throw new ChartError(
      'RECIPE_INVALID',
      `${entryName(entry)} refers to ${refers?.to ?? ''}, which is no append entry with a unique key on the same resource`,
    );
  }
  return { others, key: others.entry.unique, values: `$.Values.${others.entry.path}` };
}

/** The key of an element that is there before anything is appended. */
interface Key {
  /** As a Go template expression: a literal, or the value that gives it. */
  readonly expression: string;
  /** Path of the value that gives it. */
  readonly from?: string;
}

/** The keys of upstream's elements and of those that `element` entries add. */
function keysOf(binding: FieldBinding, key: string, fields: readonly FieldBinding[]): readonly Key[] {
  const added = onList(binding, fields)
    .filter(({ entry }) => entry.as === 'element')
    .flatMap((field) => elementKey(field, key) ?? []);
  return [...upstreamKeys(binding, key, fields), ...added];
}

/** The keys that upstream's elements have: literals, or the value that is lifted there. */
function upstreamKeys({ place }: FieldBinding, key: string, fields: readonly FieldBinding[]): readonly Key[] {
  if (!place.found || !isSeq(place.value)) return [];
  return place.value.items.flatMap((item, i): readonly Key[] => {
    const value = isMap(item) ? item.get(key, true) : undefined;
    if (!isScalar(value)) return [];
    const at = [...place.path, i, key].join('\0');
    const lifted = fields.find((field) => field.entry.as === 'scalar' && field.place.path.join('\0') === at);
    if (lifted === undefined) return [{ expression: JSON.stringify(String(value.value)) }];
    return [{ expression: `$.Values.${lifted.entry.path}`, from: lifted.entry.path }];
  });
}

/** The key of what an `element` entry adds; as an expression it is empty while nothing is added. */
function elementKey({ entry, element }: FieldBinding, key: string): Key | undefined {
  const content = element?.[key];
  if (content === undefined) return undefined;
  const value = `$.Values.${entry.path}`;
  const expression =
    content === '$value' ? value : `(ternary ${JSON.stringify(content)} "" (not (empty ${value})))`;
  return { expression, from: entry.path };
}
