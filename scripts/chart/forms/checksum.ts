import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { ChartError } from '../../errors.ts';
import { valueAt } from '../../recipe/field.ts';
import type { Binding } from '../../recipe/resolve.ts';
import { stemOf, type ChecksumKeyEntry, type ChecksumNameEntry } from '../../recipe/entry.ts';
import { fail, literal } from '../field-text.ts';
import { goList, goString, include, valuePath } from '../go-template.ts';
import type { ChartForm, NamedBody, Names } from './form.ts';

/** A key with the sha256 of a `json` entry's text, or a name that follows the content. */
export const checksum: ChartForm<'checksum'> = {
  upstream: () => false,
  schema: () => ({ type: 'boolean' }),
  write: ({ entry, binding, names }) => {
    if (entry.place === 'merge') throw new ChartError('BUG', `${entry.path}: a checksum is no field`);
    return { as: 'inline', text: `{{ ${include(names.of(binding), '.')} | quote }}` };
  },
  named: (entry, binding, names) =>
    entry.place === 'merge' ? keyOf(entry, names) : nameOf(entry, binding, names),
};

function keyOf({ path, annotation, of }: ChecksumKeyEntry, names: Names): NamedBody {
  return {
    about: `Changes with the text of ${of}, so that the pods are replaced when it does.`,
    lines: [
      `{{- if ${valuePath(path)} -}}`,
      `${literal(annotation)}: {{ ${include(names.text(of), '.')} | sha256sum | quote }}`,
      '{{- end -}}',
    ],
  };
}

function nameOf(entry: ChecksumNameEntry, { field }: Binding, names: Names): NamedBody {
  const { path, of } = entry;
  const name = field.found ? valueAt(field) : undefined;
  if (typeof name !== 'string' || name === '') return fail(entry, field, 'is no text');
  const upstream = bytesToHex(sha256(utf8ToBytes(JSON.stringify(field.resource.object))));
  const content = goList([goString(upstream), ...of.map((value) => names.value(value))]);
  return {
    about: `A name that changes with ${['what upstream has', ...of].join(', ')}: what has it cannot be changed in place.`,
    lines: [
      `{{- if ${valuePath(path)} -}}`,
      `{{- printf "%s-%s" ${goString(stemOf(name))} (${content} | toJson | sha256sum | trunc 8) -}}`,
      '{{- else -}}',
      `{{- ${goString(name)} -}}`,
      '{{- end -}}',
    ],
  };
}
