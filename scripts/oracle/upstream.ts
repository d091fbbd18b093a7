import type { Json } from '../json/json.ts';
import { asText, equalJson, getPath, isObject } from '../json/tree.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import { matching } from '../recipe/select.ts';
import type { Entry, Target } from '../recipe/entry.ts';
import type { Recipe } from '../recipe/types.ts';
import { contentOf, valueOf } from './content.ts';
import { fieldsAt } from './locate.ts';

/** What upstream has at the path of a value, as the value's form says it; undefined when nothing binds it. */
export function upstreamAt(recipe: Recipe, manifest: Manifest, path: string): Json | undefined {
  const entry = recipe.entries.find((one) => one.path === path || path.startsWith(`${one.path}.`));
  if (entry === undefined) return undefined;
  const value = upstreamOf(entry, manifest);
  if (entry.path === path) return value;
  return isObject(value) ? getPath(value, path.slice(entry.path.length + 1)) : undefined;
}

function upstreamOf(entry: Entry, manifest: Manifest): Json {
  const uses = entry.targets.flatMap((target) =>
    matching(manifest, target).map((resource) => ({ target, resource })),
  );
  const ours = uses.every(({ resource }) => resource.added === true);
  if (entry.place === 'document') return !ours;
  if (entry.place === 'each') return [];
  if (ours && entry.default !== undefined) return entry.default;
  if (entry.place === 'append' || entry.place === 'merge') return nothing(entry);
  const found = uses.flatMap(({ target, resource }) =>
    (target.fieldPaths ?? []).map((path) => ({
      target,
      field: fieldsAt(resource.object, parseFieldPath(path))[0],
    })),
  );
  const [first] = found;
  return first?.field === undefined ? empty(entry.default) : valueIn(entry, first.target, first.field);
}

/** The value that adds nothing. */
function nothing(entry: Entry): Json {
  const none = entry.place === 'append' ? [] : {};
  if (entry.form === 'yaml') return none;
  if (entry.form === 'choice') return nameOf(entry.choices, none);
  return empty(entry.default);
}

/** The value by which the form writes what is there. */
function valueIn(entry: Entry, target: Target, field: Json): Json {
  switch (entry.form) {
    case 'json':
      return JSON.parse(asText(field)) as Json;
    case 'choice':
      return nameOf(entry.choices, field);
    case 'checksum':
      return false;
    case 'content':
      return valueOf(contentOf(entry, target), field, true) ?? null;
    default:
      return field;
  }
}

function nameOf(choices: Readonly<Record<string, Json>>, content: Json): Json {
  return Object.keys(choices).find((name) => equalJson(choices[name], content)) ?? null;
}

/** What is empty, of the type of the default. */
function empty(sample: Json | undefined): Json {
  if (Array.isArray(sample)) return [];
  if (isObject(sample)) return {};
  if (typeof sample === 'number') return 0;
  return typeof sample === 'boolean' ? false : '';
}
