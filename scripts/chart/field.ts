import { valueAt } from '../recipe/field.ts';
import { ChartError } from '../errors.ts';
import { isPart, type PartEntry } from '../recipe/image-token.ts';
import { isElementMap, type Binding } from '../recipe/resolve.ts';
import { addToList } from './append.ts';
import { element } from './each.ts';
import { fail, fieldText, insert, replaceValue, wholeField } from './field-text.ts';
import { condition, write } from './forms/forms.ts';
import type { Given, Names } from './forms/form.ts';
import { fillTokens } from './forms/token.ts';
import { valuePath } from './go-template.ts';
import { addToMap } from './merge.ts';
import { isOneType } from './schema/admits.ts';
import type { Edit } from './text-edit.ts';

/**
 * The edit that puts one Go template expression in the place of a field.
 *
 * @param bindings all that feed this field: one, or several that add to one map or list
 * @param checks names of the templates that refuse what would spoil the list
 */
export function fieldEdit(bindings: readonly Binding[], names: Names, checks: readonly string[]): Edit {
  const [first] = bindings;
  if (first === undefined) throw new ChartError('BUG', 'A field without a binding');
  const { entry } = first;
  switch (entry.place) {
    case 'merge':
      return addToMap(bindings, first, names);
    case 'append':
      return addToList(bindings, first, names, checks);
    case 'drop':
      return drop(first, names);
    case 'each':
      return isElementMap(first) ? addToMap(bindings, first, names) : element(first, names.chart);
    case 'document':
      throw new ChartError('BUG', `${entry.path} is a document and binds no field`);
    default:
      return isPart(entry) ? fillTokens(bindings.flatMap(partOf), first.field, names) : replace(first, names);
  }
}

/** Tokens share a field only with their like. */
function partOf(binding: Binding): readonly (Binding & { readonly entry: PartEntry })[] {
  const { entry } = binding;
  return isPart(entry) ? [{ ...binding, entry }] : [];
}

function replace(binding: Binding, names: Names): Edit {
  const { entry, field } = binding;
  if (!field.found) return fail(entry, field, 'is not in the manifest');
  return replaceValue(entry, field, write(givenOf(binding, names, valuePath(entry.path), '.')));
}

/** The field's lines inside a `with`: gone when the value is empty. */
function drop(binding: Binding, names: Names): Edit {
  const { entry, field } = binding;
  const given = givenOf(binding, names, '.', '$');
  const written = write(given);
  const body = (pad: string): string =>
    `${pad}{{- with ${condition(given)} }}\n${fieldText(field, written, pad)}\n${pad}{{- end }}`;
  return field.found ? wholeField(entry, field, body) : insert(binding, field, body);
}

function givenOf(binding: Binding, names: Names, value: string, root: '.' | '$'): Given {
  return { entry: binding.entry, binding, value, root, sample: sampleOf(binding), names };
}

/**
 * What the value is like: what upstream has. Null, which is like anything, where the default is another type of
 * scalar. Of content it is what stands in it, whose type the default has.
 */
function sampleOf({ entry, field }: Binding): Given['sample'] {
  if (entry.form === 'content' || !field.found) return entry.default ?? '';
  const upstream = valueAt(field);
  const isOther = entry.form === 'value' && !isOneType(upstream, entry.default ?? upstream);
  return isOther ? null : upstream;
}
