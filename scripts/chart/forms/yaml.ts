import type { JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import { valueAt } from '../../recipe/field.ts';
import type { EntryOf } from '../../recipe/entry.ts';
import { goDict, goString, include } from '../go-template.ts';
import { followed } from '../schema/definitions.ts';
import { everyField, type Asked } from '../schema/fields.ts';
import type { ChartForm } from './form.ts';

/** An object or list as it is; resources are refused where a limit is below its request. */
export const yaml: ChartForm<'yaml'> = {
  upstream: (_, __, field) => valueAt(field),
  schema: (asked) => {
    const { place } = asked.entry;
    if (place === 'merge') return added(asked);
    return place === 'append'
      ? { type: 'array', items: everyField(asked, () => [[0]], null) }
      : everyField(asked);
  },
  write: ({ entry, value, names }) => {
    const checked = goDict([
      ['at', goString(entry.path)],
      ['of', value],
    ]);
    const text = entry.check === 'limits' ? include(`${names.chart}.resources`, checked) : `toYaml ${value}`;
    return { as: 'block', head: '', body: (indent) => `{{- ${text} | nindent ${indent} }}` };
  },
};

/** More keys of a map, which are none of upstream's: those stay as they are. */
function added(asked: Asked<EntryOf<'yaml'>>): JsonObject {
  const maps = asked.bindings.flatMap(({ field }) => (field.found ? valueAt(field) : []));
  const keys = [...new Set(maps.filter(isObject).flatMap(Object.keys))].toSorted();
  const names = keys.length > 0 && { propertyNames: { not: { enum: keys } } };
  // Of a type with fields those that upstream has are there.
  const { required: _, ...map } = followed(everyField(asked), asked.definitions);
  return { ...map, ...names };
}
