import type { Json, JsonObject } from '../../json/json.ts';
import type { FoundField } from '../../recipe/field.ts';
import type { Binding } from '../../recipe/resolve.ts';
import type { Entry, Form } from '../../recipe/entry.ts';
import { valuePath } from '../go-template.ts';
import type { Asked } from '../schema/fields.ts';
import { checksum } from './checksum.ts';
import { choice } from './choice.ts';
import { content } from './content.ts';
import type { ChartForm, Given, NamedBody, Names, Written } from './form.ts';
import { image } from './image.ts';
import { json } from './json.ts';
import { labels } from './labels.ts';
import { namespace } from './namespace.ts';
import { token } from './token.ts';
import { value } from './value.ts';
import { yaml } from './yaml.ts';

/** The chart's side of every form, in the order in which _helpers.tpl has their named templates. */
const FORMS: { readonly [F in Form]: ChartForm<F> } = {
  namespace,
  image,
  labels,
  content,
  choice,
  checksum,
  json,
  value,
  yaml,
  token,
};

/** All forms, in the order of their named templates. */
export const FORM_NAMES = Object.keys(FORMS) as readonly Form[];

/** Each form is asked with its own entry. */
function formOf(entry: Entry): ChartForm<Form> {
  return FORMS[entry.form] as ChartForm<Form>;
}

/** The value that writes what upstream has in a field. */
export function upstreamIn(binding: Binding, field: FoundField): Json {
  return formOf(binding.entry).upstream(binding.entry, binding, field);
}

/** The schema of an entry's value, before what is empty or left open. */
export function formSchema(asked: Asked): JsonObject {
  return formOf(asked.entry).schema(asked);
}

export function write(given: Given): Written {
  return formOf(given.entry).write(given);
}

/** What `with` tests before something is written that may be left out. */
export function condition(given: Given): string {
  return formOf(given.entry).condition?.(given) ?? valuePath(given.entry.path);
}

export function namedBody(binding: Binding, names: Names): NamedBody | undefined {
  return formOf(binding.entry).named?.(binding.entry, binding, names);
}
