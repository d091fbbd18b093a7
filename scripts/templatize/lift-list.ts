import { isSeq } from 'yaml';
import { appendChecks, elementChecks, takenChecks } from './appended.ts';
import type { FieldBinding } from './binding.ts';
import type { Edit } from './edit.ts';
import { scalarExpression } from './expression.ts';
import { addToBlock, behind, fail, indentText, literal } from './field-edit.ts';

/** Everything that is put behind one list, in the recipe's order. */
export function addToList(
  bindings: readonly FieldBinding[],
  first: FieldBinding,
  fields: readonly FieldBinding[],
  chart: string,
): Edit {
  const edits = bindings.map((binding) => {
    const { entry } = binding;
    if (entry.as === 'append')
      return addToBlock(
        binding,
        `.Values.${entry.path}`,
        'toYaml .',
        appendChecks(entry, binding, fields, chart),
      );
    return addElement(binding, fields, chart);
  });
  const [edit] = edits;
  if (edit === undefined || (edits.length > 1 && edit.start !== edit.end))
    return fail(first.entry, first.place, 'is no list with elements, so several entries cannot add to it');
  const before = takenChecks(first, fields, chart).map((line) => `\n${' '.repeat(edit.column)}${line}`);
  return { ...edit, text: [...before, ...edits.map(({ text }) => text)].join('') };
}

/** One element with the value inside: not there when the value is empty. */
function addElement(binding: FieldBinding, fields: readonly FieldBinding[], chart: string): Edit {
  const { entry, place, element: content } = binding;
  if (!place.found || !isSeq(place.value) || place.value.items.length === 0 || content === undefined)
    return fail(entry, place, 'is no list with elements');
  const text = literal([content]).replaceAll('$value', scalarExpression('', entry.default ?? ''));
  return behind(place.value, place.resource.text, `.Values.${entry.path}`, (pad) => [
    ...elementChecks(binding, fields, chart).map((line) => pad + line),
    indentText(text, pad),
  ]);
}
