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
    const taken = upstreamKeys(binding, unique, fields);
    lines.push(
      include(`${chart}.unique`, `"at" "${path}" "of" . "keys" (list "${unique}")${listed('taken', taken)}`),
    );
  }
  if (refers !== undefined) {
    const { others, key, values } = referred(entry, fields);
    const names = listed('names', upstreamKeys(others, key, fields));
    const rest = `"key" "${refers.key}" "to" "${refers.to}" "theirs" "${key}" "added" ${values}${names}`;
    lines.push(include(`${chart}.known`, `"at" "${path}" "of" . ${rest}`));
  }
  return lines;
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

/** The keys that upstream's elements have: literals, or the value that is lifted there. */
function upstreamKeys(
  { place }: FieldBinding,
  key: string,
  fields: readonly FieldBinding[],
): readonly string[] {
  if (!place.found || !isSeq(place.value)) return [];
  return place.value.items.flatMap((item, i) => {
    const value = isMap(item) ? item.get(key, true) : undefined;
    if (!isScalar(value)) return [];
    const at = [...place.path, i, key].join('\0');
    const lifted = fields.find((field) => field.entry.as === 'scalar' && field.place.path.join('\0') === at);
    return [lifted === undefined ? JSON.stringify(String(value.value)) : `$.Values.${lifted.entry.path}`];
  });
}
