import { isMap, isSeq } from 'yaml';
import type { Binding } from '../recipe/resolve.ts';
import { behind, elementText, emptyText, fail, insert, keyOf, wholeField } from './field-text.ts';
import { condition, write } from './forms/forms.ts';
import type { Names } from './forms/form.ts';
import type { Edit } from './text-edit.ts';

/** What one entry puts behind a list. */
interface Addition {
  readonly condition: string;
  /** The lines of its elements, where the condition holds and is the dot. */
  readonly lines: (pad: string) => string;
}

/**
 * Everything that is put behind one list, in the recipe's order, and in front of it what is checked.
 *
 * @param checks names of the templates that refuse what would spoil the list
 */
export function addToList(
  bindings: readonly Binding[],
  first: Binding,
  names: Names,
  checks: readonly string[],
): Edit {
  const { entry, field } = first;
  const additions = bindings.map((binding) => additionOf(binding, names));
  const checked = (pad: string): string =>
    checks.map((name) => `${pad}{{- include "${name}" . }}\n`).join('');
  const below = (pad: string): string => checked(pad) + additions.map((one) => within(one, pad)).join('\n');
  if (!field.found)
    return insert(first, field, (pad) => `${checked(pad)}${made(field, additions, pad)}${pad}{{- end }}`);
  if (isMap(field.value)) return fail(entry, field, 'is a map, and elements go behind a list');
  const empty = emptyText(field);
  if (empty !== undefined) {
    // What upstream leaves empty stays as it is while nothing is added.
    const otherwise = (pad: string): string =>
      `${pad}{{- else }}\n${pad}${keyOf(field)}: ${empty}\n${pad}{{- end }}`;
    return wholeField(entry, field, (pad) => checked(pad) + made(field, additions, pad) + otherwise(pad));
  }
  if (!isSeq(field.value)) return fail(entry, field, 'is neither a list nor a map');
  if (field.key === undefined) return fail(entry, field, 'is an element of a list, not a field');
  return behind(field, below);
}

function additionOf(binding: Binding, names: Names): Addition {
  const { entry } = binding;
  const given = { entry, binding, value: '.', root: '$', sample: entry.default ?? '', names } as const;
  return {
    condition: condition(given),
    lines: (pad) => {
      // The value is the list itself.
      if (entry.form === 'yaml') return `${pad}{{- toYaml . | nindent ${pad.length} }}`;
      const written = write(given);
      return entry.form === 'choice' && written.as === 'block'
        ? pad + written.body(pad.length)
        : elementText(written, pad);
    },
  };
}

function within(addition: Addition, pad: string): string {
  return `${pad}{{- with ${addition.condition} }}\n${addition.lines(pad)}\n${pad}{{- end }}`;
}

/** The field with its additions, up to where the condition ends: there is one when anything is added. */
function made(field: Binding['field'], additions: readonly Addition[], pad: string): string {
  const [only] = additions;
  const inner = `${pad}  `;
  if (additions.length === 1 && only !== undefined)
    return `${pad}{{- with ${only.condition} }}\n${pad}${keyOf(field)}:\n${only.lines(inner)}\n`;
  const any = additions.map((one) => `(${one.condition})`).join(' ');
  const all = additions.map((one) => within(one, inner)).join('\n');
  return `${pad}{{- if or ${any} }}\n${pad}${keyOf(field)}:\n${all}\n`;
}
