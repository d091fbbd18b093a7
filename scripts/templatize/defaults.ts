import { isCollection, isScalar } from 'yaml';
import { ChartError } from '../errors.ts';
import type { Json } from '../parse/manifest.ts';
import type { LockedImage } from '../recipe/lock.ts';
import { entryName, type ChoiceEntry, type Entry, type ImagePin, type Recipe } from '../recipe/types.ts';
import type { FieldBinding } from './binding.ts';
import { mirrored, parseImage } from './image.ts';
import { parseJson } from './json-style.ts';
import type { Departure } from './model.ts';
import { showPlace, type Place } from './place.ts';
import { equalJson, isObject } from './tree.ts';

/** A value's two faces: what renders upstream, and what the chart starts with. */
export interface Default {
  readonly path: string;
  readonly upstream: Json;
  readonly chart: Json;
  readonly departure: Departure | undefined;
}

/**
 * The default of one entry.
 *
 * @param bindings the fields that the entry claims
 * @param ours whether it means only objects that upstream does not have
 * @param pinned the lock's image, for an image entry
 * @throws RECIPE_SELECTOR when fields of one value differ upstream,
 *   RECIPE_DEFAULT when default and reason do not fit, IMAGE_UNPINNED, IMAGE_PIN_STALE
 */
export function defaultOf(
  entry: Entry,
  bindings: readonly FieldBinding[],
  ours: boolean,
  recipe: Recipe,
  pinned: LockedImage | undefined,
): Default {
  const upstream = ours ? oursValue(entry, bindings) : upstreamValue(entry, bindings);
  const chart = entry.as === 'image' ? pinnedImage(entry, recipe, pinned) : (entry.default ?? upstream);
  const reason = entry.as === 'image' ? imageReason(recipe, entry.path, pinned) : entry.reason;
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
  return { path: entry.path, upstream, chart, departure };
}

/** On objects of our own every default is right, except that upstream does not have them. */
function oursValue(entry: Entry, bindings: readonly FieldBinding[]): Json {
  return entry.as === 'document' ? false : (entry.default ?? upstreamValue(entry, bindings));
}

/**
 * The value that renders exactly what upstream has.
 *
 * @throws RECIPE_SELECTOR when the fields of the value differ upstream
 */
export function upstreamValue(entry: Entry, bindings: readonly FieldBinding[]): Json {
  switch (entry.as) {
    case 'append':
    case 'each':
      return [];
    case 'element':
      return emptyOf(entry);
    case 'merge':
      return {};
    case 'document':
      return true;
    case 'labels':
    case 'entries':
    case 'checksum':
      return false;
    default:
      return agreedValue(entry, bindings);
  }
}

function agreedValue(entry: Entry, bindings: readonly FieldBinding[]): Json {
  const [first, ...others] = bindings.map(({ place }) => ({ place, value: fieldValue(entry, place) }));
  if (first === undefined) throw new ChartError('BUG', `${entryName(entry)} binds no field`);
  const different = others.find(({ value }) => !equalJson(value, first.value));
  if (different !== undefined) {
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${entryName(entry)}: its fields differ upstream: ${showPlace(first.place)} is ${JSON.stringify(first.value)}, ` +
        `${showPlace(different.place)} is ${JSON.stringify(different.value)}`,
      { hint: 'Give each of them a value of its own.' },
    );
  }
  return first.value;
}

function fieldValue(entry: Entry, place: Place): Json {
  if (!place.found) return emptyOf(entry);
  const value = plain(place);
  if (entry.as === 'image' && typeof value === 'string') return { ...parseImage(value) };
  if (entry.as === 'json') return parseJson(value, entryName(entry), place);
  if (entry.as === 'choice') return choiceName(entry, value, place);
  return value;
}

function plain(place: Extract<Place, { found: true }>): Json {
  const { value, resource } = place;
  return isScalar(value)
    ? (value.value as Json)
    : isCollection(value)
      ? (value.toJS(resource.doc) as Json)
      : null;
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
  return typeof entry.default === 'string' ? '' : null;
}

function choiceName(entry: ChoiceEntry, value: Json, place: Place): string {
  const found = Object.entries(entry.choices).find(([, content]) => equalJson(content, value));
  if (found === undefined) {
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${entryName(entry)}: none of its choices is what upstream has: ${showPlace(place)} is ${JSON.stringify(value)}`,
    );
  }
  return found[0];
}

function pinnedImage(entry: Entry, recipe: Recipe, pinned: LockedImage | undefined): Json {
  const pin = recipe.images[entry.path];
  if (pin === undefined || pinned === undefined) {
    throw new ChartError(
      'IMAGE_UNPINNED',
      `${entryName(entry)}: ${pin === undefined ? `recipe.yaml has no images.${entry.path}` : `upstream/lock.yaml has no digest for ${pin.tag}`}`,
    );
  }
  refuseStalePin(entry, pin, pinned);
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
  if (pin.tag !== pinned.tag && pinned.source === 'recipe') refuse('tag', pin.tag, pinned.tag);
  if (pin.tag === pinned.tag && pin.digest !== undefined && pin.digest !== pinned.digest)
    refuse('digest', pin.digest, pinned.digest);
}

function imageReason(recipe: Recipe, path: string, pinned: LockedImage | undefined): string | undefined {
  const pin: ImagePin | undefined = recipe.images[path];
  if (pin === undefined || pinned === undefined) return pin?.reason;
  const why =
    pin.tag === pinned.tag
      ? pin.reason
      : `upstream/lock.yaml pins ${pinned.tag}, where recipe.yaml names ${pin.tag}`;
  return recipe.mirror === undefined ? why : `${why}; pulled from a mirror with the same digest`;
}
