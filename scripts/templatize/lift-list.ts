import { isSeq } from 'yaml';
import type { ListCheck } from './appended.ts';
import type { FieldBinding } from './binding.ts';
import type { Edit } from './edit.ts';
import { scalarExpression } from './expression.ts';
import { addToBlock, behind, fail, indentText, literal } from './field-edit.ts';

/** Everything that is put behind one list, in the recipe's order, and in front of it what is checked. */
export function addToList(
  bindings: readonly FieldBinding[],
  first: FieldBinding,
  checks: ReadonlyMap<FieldBinding, ListCheck>,
): Edit {
  const edits = bindings.map((binding) =>
    binding.entry.as === 'append'
      ? addToBlock(binding, `.Values.${binding.entry.path}`, 'toYaml .')
      : addElement(binding),
  );
  const [edit] = edits;
  if (edit === undefined || (edits.length > 1 && edit.start !== edit.end))
    return fail(first.entry, first.place, 'is no list with elements, so several entries cannot add to it');
  const pad = ' '.repeat(edit.column);
  const before = bindings
    .flatMap((binding) => checks.get(binding)?.name ?? [])
    .map((name) => `${pad}{{- include "${name}" . }}`)
    .map((line) => (edit.start === edit.end ? `\n${line}` : `${line}\n`));
  return { ...edit, text: [...before, ...edits.map(({ text }) => text)].join('') };
}

/** One element with the value inside: not there when the value is empty. */
function addElement({ entry, place, element }: FieldBinding): Edit {
  if (!place.found || !isSeq(place.value) || place.value.items.length === 0 || element === undefined)
    return fail(entry, place, 'is no list with elements');
  const text = literal([element]).replaceAll('$value', scalarExpression('', entry.default ?? ''));
  return behind(place.value, place.resource.text, `.Values.${entry.path}`, (pad) => [indentText(text, pad)]);
}
