import type { Json, JsonObject } from '../json/json.ts';
import { asText, getPath, isObject, listOf, member } from '../json/tree.ts';
import type { Form, EntryOf } from '../recipe/entry.ts';
import { refuse, type Use } from './context.ts';
import { contentOf, filled } from './content.ts';
import { isEmpty } from './emptiness.ts';
import { imageReference, tagWithoutDigest } from './image-value.ts';
import { jsonText, knownExtra } from './json-text.ts';
import { nameOfContent } from './name-of-content.ts';
import type { Filling } from './tokens.ts';

/** The value of an entry; null when it is not set. */
export function valueAt({ entry, context }: Pick<Use, 'entry' | 'context'>): Json {
  return getPath(context.values, entry.path) ?? null;
}

type Write = { readonly [F in Form]: (use: Use<EntryOf<F>>) => Json };

/** What each form makes of the value. */
const WRITE: Write = {
  value: valueAt,
  yaml: valueAt,
  json: ({ entry, upstream, context }) => {
    refuse(context, knownExtra(entry, context.values));
    return jsonText(entry, upstream, context.values);
  },
  image: ({ entry, context }) => {
    refuse(context, tagWithoutDigest(entry, context.values, context.defaults));
    return imageReference(entry, context.values);
  },
  choice: (use) => member(use.entry.choices, asText(valueAt(use))) ?? null,
  content: (use) =>
    filled(contentOf(use.entry, use.target), valueAt(use), {
      chart: use.context.recipe.chart,
      release: use.context.release,
    }),
  token: (use) => asText(valueAt(use)),
  namespace: (use) => {
    const value = valueAt(use);
    return isEmpty(value) ? use.context.release.namespace : value;
  },
  labels: () => null,
  checksum: nameOfContent,
};

/** The field's new content. */
export function write(use: Use): Json {
  // Each form is asked with its own entry.
  return (WRITE[use.entry.form] as (one: Use) => Json)(use);
}

/** What a value fills in, where it stands for a part of the field's text only. */
export function fillingOf(use: Use): Filling | undefined {
  const { entry } = use;
  if (entry.form !== 'token' && entry.form !== 'image') return undefined;
  if (entry.token === undefined) return undefined;
  return { token: entry.token, alone: entry.form === 'image', by: asText(write(use)) };
}

/** Whether nothing is to be written: of an image its reference counts, else the value. */
export function isUnset(use: Use): boolean {
  return use.entry.form === 'image' ? write(use) === '' : isEmpty(valueAt(use));
}

/** The elements that an entry puts behind a list. */
export function elements(use: Use): readonly Json[] {
  const { form } = use.entry;
  if (form === 'yaml') return listOf(valueAt(use));
  if (form === 'choice') return listOf(write(use));
  return isUnset(use) ? [] : [write(use)];
}

/** A map, or an empty one where there is none. */
export function mapOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
