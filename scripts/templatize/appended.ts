import { isMap, isScalar, isSeq } from 'yaml';
import { ChartError } from '../errors.ts';
import type { AppendEntry } from '../recipe/types.ts';
import type { FieldBinding } from './binding.ts';

/**
 * Template lines that refuse what would spoil the list: a key that is there already, or the
 * name of something that is not there. JSON Schema sees only the appended elements, and not
 * their keys against each other.
 *
 * @param fields everything that is lifted in the resource
 */
export function appendChecks(
  entry: AppendEntry,
  binding: FieldBinding,
  fields: readonly FieldBinding[],
  chart: string,
): readonly string[] {
  const { path, unique, refers } = entry;
  const lines: string[] = [];
  if (unique !== undefined) {
    const taken = keysOf(binding, unique, fields).map(({ expression }) => expression);
    lines.push(
      include(`${chart}.unique`, `"at" "${path}" "of" . "keys" (list "${unique}")${listed('taken', taken)}`),
    );
  }
  if (refers !== undefined) {
    const { others, key, values } = referred(entry, fields);
    const names = listed(
      'names',
      keysOf(others, key, fields).map(({ expression }) => expression),
    );
    const rest = `"key" "${refers.key}" "to" "${refers.to}" "theirs" "${key}" "added" ${values}${names}`;
    lines.push(include(`${chart}.known`, `"at" "${path}" "of" . ${rest}`));
  }
  return lines;
}

/**
 * Template lines that refuse a value which gives an element of the list a key that another
 * has, where an `append` entry says that the key tells them apart. Outside `with`: such a
 * value spoils the list also when nothing is appended.
 *
 * @param binding any that claims the list
 */
export function takenChecks(
  binding: FieldBinding,
  fields: readonly FieldBinding[],
  chart: string,
): readonly string[] {
  const unique = uniqueOf(binding, fields);
  if (unique === undefined) return [];
  const keys = upstreamKeys(binding, unique, fields);
  return keys
    .filter(({ from }) => from !== undefined)
    .map((key) => {
      const others = keys.filter((other) => other !== key).map(({ expression }) => expression);
      return takenCheck(key, unique, others, chart);
    });
}

/** The same of an `element` entry; inside its `with`, so that an empty value refuses nothing. */
export function elementChecks(
  binding: FieldBinding,
  fields: readonly FieldBinding[],
  chart: string,
): readonly string[] {
  const unique = uniqueOf(binding, fields);
  const key = unique === undefined ? undefined : elementKey(binding, unique);
  if (unique === undefined || key === undefined) return [];
  const others = upstreamKeys(binding, unique, fields).map(({ expression }) => expression);
  return [takenCheck(key, unique, others, chart)];
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

/** The key by which an `append` entry of the same list tells elements apart. */
function uniqueOf({ place }: FieldBinding, fields: readonly FieldBinding[]): string | undefined {
  const at = place.path.join('\0');
  return fields
    .filter((field) => field.place.path.join('\0') === at)
    .map(({ entry }) => (entry.as === 'append' ? entry.unique : undefined))
    .find((unique) => unique !== undefined);
}

function include(name: string, dict: string): string {
  return `{{- include "${name}" (dict ${dict}) }}`;
}

function listed(name: string, expressions: readonly string[]): string {
  return expressions.length === 0 ? '' : ` "${name}" (list ${expressions.join(' ')})`;
}

/** The list that an entry refers to, and the key that tells its elements apart. */
function referred(
  { path, refers }: AppendEntry,
  fields: readonly FieldBinding[],
): { readonly others: FieldBinding; readonly key: string; readonly values: string } {
  const others = fields.find(({ entry }) => entry.path === refers?.to);
  if (others?.entry.as !== 'append' || others.entry.unique === undefined) {
    throw new ChartError(
      'RECIPE_INVALID',
      `Entry ${path} refers to ${refers?.to ?? ''}, which is no append entry with a unique key on the same resource`,
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
  const at = binding.place.path.join('\0');
  const added = fields
    .filter(({ entry, place }) => entry.as === 'element' && place.path.join('\0') === at)
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
