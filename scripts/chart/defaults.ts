import { ChartError } from '../errors.ts';
import type { Json } from '../json/json.ts';
import type { LockedImage } from '../recipe/lock.ts';
import { entryName, type Entry } from '../recipe/entry.ts';
import type { ImagePin, Recipe } from '../recipe/types.ts';
import type { Binding } from '../recipe/resolve.ts';
import { choiceName } from './forms/choice.ts';
import { upstreamIn } from './forms/forms.ts';
import { mirrored } from './image.ts';
import type { Departure } from './model.ts';
import { overriding } from './omit-empty.ts';
import { KEY, TEXT } from './schema/text.ts';
import { showField } from '../recipe/field.ts';
import { DEFAULT_TAG } from '../recipe/reference.ts';
import { equalJson, isObject, member } from '../json/tree.ts';

/** A value's two faces: what renders upstream, and what the chart starts with. */
export interface Default {
  readonly path: string;
  readonly upstream: Json;
  readonly chart: Json;
  /** The user's values that make upstream's of the chart's. */
  readonly override: Json;
  readonly departure: Departure | undefined;
}

/**
 * The default of one entry.
 *
 * @param bindings the fields that the entry claims
 * @param ours whether it means only objects that upstream does not have
 * @param pinned the lock's image, for an image entry
 * @throws RECIPE_SELECTOR when fields of one value differ upstream,
 *   RECIPE_DEFAULT when default and reason do not fit, IMAGE_PIN_STALE
 */
export function defaultOf(
  entry: Entry,
  bindings: readonly Binding[],
  ours: boolean,
  recipe: Recipe,
  pinned: LockedImage | undefined,
): Default {
  const upstream = ours ? oursValue(entry, bindings) : upstreamValue(entry, bindings);
  const isImage = entry.form === 'image';
  const chart = isImage ? imageDefault(entry, upstream, recipe, pinned) : (entry.default ?? upstream);
  const reason = isImage ? imageReason(entry, upstream, recipe, pinned) : entry.reason;
  const departs = !equalJson(upstream, chart);
  if (departs && reason === undefined) {
    throw new ChartError(
      'RECIPE_DEFAULT',
      `${entryName(entry)}: its default is not what upstream has (${JSON.stringify(upstream)}), but no reason is given`,
    );
  }
  if (!departs && !ours && entry.reason !== undefined) {
    throw new ChartError(
      'RECIPE_DEFAULT',
      `${entryName(entry)}: a reason is given, but its default is what upstream has`,
      {
        hint: 'Upstream may have caught up: drop default and reason from the entry.',
      },
    );
  }
  const departure =
    departs && reason !== undefined ? { value: entry.path, upstream, chart, reason } : undefined;
  return { path: entry.path, upstream, chart, override: overriding(entry, upstream, chart), departure };
}

/** On objects of our own every default is right, except that upstream does not have them. */
function oursValue(entry: Entry, bindings: readonly Binding[]): Json {
  return entry.place === 'document' ? false : (entry.default ?? upstreamValue(entry, bindings));
}

/**
 * The value that renders exactly what upstream has.
 *
 * @throws RECIPE_SELECTOR when the fields of the value differ upstream
 */
export function upstreamValue(entry: Entry, bindings: readonly Binding[]): Json {
  switch (entry.place) {
    case 'each':
      return [];
    case 'document':
      return true;
    case 'append':
      return nothing(entry, []);
    case 'merge':
      return nothing(entry, {});
    default:
      return agreedValue(entry, bindings);
  }
}

/** The value that adds nothing. */
function nothing(entry: Entry, none: Json): Json {
  if (entry.form === 'yaml') return none;
  if (entry.form !== 'choice') return emptyOf(entry);
  const name = choiceName(entry, none);
  if (name !== undefined) return name;
  throw new ChartError(
    'RECIPE_INVALID',
    `${entryName(entry)}: none of its choices is ${JSON.stringify(none)}, which adds nothing, as upstream does`,
  );
}

function agreedValue(entry: Entry, bindings: readonly Binding[]): Json {
  const [first, ...others] = bindings.map((binding) => ({ ...binding, value: fieldValue(binding) }));
  if (first === undefined) throw new ChartError('BUG', `${entryName(entry)} binds no field`);
  const different = others.find(({ value }) => !equalJson(value, first.value));
  if (different !== undefined) {
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${entryName(entry)}: its fields differ upstream: ${showField(first.field)} is ${JSON.stringify(first.value)}, ` +
        `${showField(different.field)} is ${JSON.stringify(different.value)}`,
      { hint: 'Give each of them a value of its own.' },
    );
  }
  return first.value;
}

function fieldValue(binding: Binding): Json {
  const { entry, field } = binding;
  if (!field.found) return emptyOf(entry);
  const value = upstreamIn(binding, field);
  const path = entry.form === 'yaml' || entry.form === 'json' ? nullIn(value, []) : undefined;
  if (path !== undefined) {
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${entryName(entry)}: ${showField(field)} holds a null at ${path.join('.')}, and Helm 4 drops what is null in values`,
      { hint: `Lift the fields beside ${path.join('.')}, each by an entry of its own, or drop the entry.` },
    );
  }
  const lost = lostText(value);
  if (lost !== undefined) {
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${entryName(entry)}: ${showField(field)} holds ${JSON.stringify(lost)}, which no value brings to the cluster as it is`,
      { hint: 'Drop the entry: Helm loses control characters, and blank lines and wide spaces at the end.' },
    );
  }
  if (entry.place !== 'drop' || !isEmpty(value)) return value;
  throw new ChartError(
    'RECIPE_SELECTOR',
    `${entryName(entry)}: ${showField(field)} is empty upstream, and place: drop would take it away`,
    { hint: 'Bind it by place: replace.' },
  );
}

/** Where a map in a map holds a null; Helm merges lists as a whole, with what is in them. */
function nullIn(value: Json, path: readonly string[]): readonly string[] | undefined {
  if (value === null && path.length > 0) return path;
  if (!isObject(value)) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = nullIn(inner, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

const WHOLE = new RegExp(TEXT);
const WHOLE_KEY = new RegExp(KEY);

/** A text or key that the schema of every chart refuses, for Helm would lose a part of it. */
export function lostText(value: Json): string | undefined {
  if (typeof value === 'string') return WHOLE.test(value) ? undefined : value;
  if (typeof value !== 'object' || value === null) return undefined;
  const keys = isObject(value) ? Object.keys(value) : [];
  const key = keys.find((name) => !WHOLE_KEY.test(name));
  if (key !== undefined) return key;
  for (const inner of Object.values(value)) {
    const found = lostText(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What Go templates hold false. */
function isEmpty(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

/** What a value of a field that upstream does not have is, when it is empty. */
function emptyOf(entry: Entry): Json {
  if (entry.default === undefined) {
    throw new ChartError(
      'RECIPE_DEFAULT',
      `${entryName(entry)}: upstream has no such field, so its default must be stated: {}, [] or ""`,
    );
  }
  if (typeof entry.default === 'number') return 0;
  if (Array.isArray(entry.default)) return [];
  if (isObject(entry.default)) return {};
  return typeof entry.default === 'boolean' ? false : '';
}

/** The pinned image; as long as nobody was asked for its digest, the one that the recipe or upstream names. */
function imageDefault(entry: Entry, upstream: Json, recipe: Recipe, pinned: LockedImage | undefined): Json {
  const pin = member(recipe.images, entry.path);
  if (pinned === undefined) {
    if (pin === undefined || !isObject(upstream)) return upstream;
    const { tag, digest = tag === upstream['tag'] ? (upstream['digest'] ?? '') : '' } = pin;
    return { ...upstream, tag, digest };
  }
  if (pin !== undefined) refuseStalePin(entry, pin, pinned);
  const { tag, digest } = pinned;
  const { registry, repository } = recipe.mirror === undefined ? pinned : mirrored(pinned, recipe.mirror);
  return { registry, repository, tag, digest };
}

/** Another tag is the user's own (pin --tag) only where a registry was asked for it. */
function refuseStalePin(entry: Entry, pin: ImagePin, pinned: LockedImage): void {
  const refuse = (field: string, stated: string, locked: string): never => {
    throw new ChartError(
      'IMAGE_PIN_STALE',
      `${entryName(entry)}: recipe.yaml images.${entry.path}.${field} is ${stated}, upstream/lock.yaml has ${locked}`,
    );
  };
  if (pin.tag !== pinned.tag && pinned.source !== 'registry') refuse('tag', pin.tag, pinned.tag);
  if (pin.tag === pinned.tag && pin.digest !== undefined && pin.digest !== pinned.digest)
    refuse('digest', pin.digest, pinned.digest);
}

/** Why an image is not upstream's: the recipe's words; for upstream's own tag the digest speaks for itself. */
function imageReason(
  { path }: Entry,
  upstream: Json,
  recipe: Recipe,
  pinned: LockedImage | undefined,
): string | undefined {
  const pin = member(recipe.images, path);
  const upstreamTag = isObject(upstream) ? upstream['tag'] : '';
  const isOwnTag = (pinned ?? pin)?.tag === (upstreamTag || DEFAULT_TAG);
  const why =
    pin !== undefined && pinned !== undefined && pin.tag !== pinned.tag
      ? `upstream/lock.yaml pins ${pinned.tag}, where recipe.yaml names ${pin.tag}`
      : (pin?.reason ?? (isOwnTag ? PINNED : undefined));
  if (recipe.mirror === undefined || pinned === undefined) return why;
  return `${why ?? PINNED}; pulled from a mirror with the same digest`;
}

const PINNED = 'a digest names one image for ever, and a tag whatever it is moved to';
