import { isScalar } from 'yaml';
import { outermost, type FoundField, valueAt } from '../recipe/field.ts';
import type { Binding } from '../recipe/resolve.ts';
import { identityKeys } from '../recipe/entry.ts';
import { fail, replaceValue, wholeField } from './field-text.ts';
import type { Written } from './forms/form.ts';
import { escapeTemplate, goDict, goList, goString, include, member, scalar } from './go-template.ts';
import { jsonStyle } from './json-style.ts';
import { lineStart, type Edit } from './text-edit.ts';

/**
 * A text of an `each` entry's pattern, taken from the element. All but name and namespace
 * disappear where the element does not have them, and with them the maps that they leave empty.
 */
export function element({ entry, field, key = '' }: Binding, chart: string): Edit {
  if (!field.found) return fail(entry, field, 'is not in the pattern');
  const item = member('$item', key);
  if (identityKeys(entry).includes(key)) return replaceValue(entry, field, contentOf(field, item, chart));
  const edit = replaceValue(entry, field, contentOf(field, '.', chart));
  const outer = outermost(field);
  const { text } = field.resource;
  const head = escapeTemplate(text.slice(lineStart(text, outer.key?.range?.[0] ?? 0), edit.start));
  return wholeField(
    entry,
    outer,
    (pad) => `${pad}{{- with ${item} }}\n${head}${edit.text}\n${pad}{{- end }}`,
  );
}

/** A scalar, or JSON where the pattern holds such. */
function contentOf(field: FoundField, value: string, chart: string): Written {
  const sample = valueAt(field);
  if (!isScalar(field.value) || typeof sample !== 'string' || !sample.startsWith('{'))
    return { as: 'inline', text: scalar(value, sample) };
  const { order, indent } = jsonStyle(sample);
  const whole = goDict([
    ['value', value],
    ['order', goList(order.map(goString))],
    ['indent', goString(indent)],
    ['margin', '""'],
  ]);
  const text = include(`${chart}.json`, whole);
  return { as: 'block', head: ' |-', body: (column) => `{{- ${text} | nindent ${column} }}` };
}
