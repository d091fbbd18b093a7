import { isNode } from 'yaml';
import type { Json, JsonObject, Manifest, Resource } from '../parse/manifest.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import { matching } from '../recipe/select.ts';
import type { Recipe } from '../recipe/types.ts';
import { placeOf } from '../templatize/node.ts';
import { isObject } from '../templatize/tree.ts';
import type { Finding } from './finding.ts';
import { locate } from './locate.ts';

/** A field that names an image: exact path in the resource, and what it holds. */
interface ImageField {
  readonly holder: JsonObject;
  readonly key: string;
  readonly path: readonly (string | number)[];
  readonly reference: string;
}

/** Lists of a pod spec whose elements run an image. */
const CONTAINER_LISTS = new Set(['containers', 'initContainers', 'ephemeralContainers']);

const PINNED = /@sha256:[0-9a-f]{64}$/;

/**
 * Every image that runs must be named by its digest: lifted by an `image` entry, which the
 * lock pins, or pinned by upstream itself. A pod spec is looked for wherever it may sit, so
 * that no kind of workload, also of an operator, is missed.
 */
export function checkImages(recipe: Recipe, manifest: Manifest): readonly Finding[] {
  const lifted = liftedImages(recipe, manifest);
  return manifest.resources.flatMap((resource) =>
    imageFields(resource.object, [])
      .filter(({ holder, key, reference }) => !PINNED.test(reference) && !lifted.get(holder)?.has(key))
      .map((field) => unpinned(resource, field)),
  );
}

/** What holds an image that an entry lifts, with the key of the field. */
function liftedImages(recipe: Recipe, manifest: Manifest): ReadonlyMap<object, ReadonlySet<string>> {
  const lifted = new Map<object, Set<string>>();
  for (const entry of recipe.entries) {
    if (entry.as !== 'image') continue;
    for (const target of entry.targets) {
      for (const { object } of matching(manifest, target)) {
        for (const path of target.fieldPaths ?? []) {
          for (const [holder, key] of locate(object, parseFieldPath(path))) {
            lifted.set(holder, (lifted.get(holder) ?? new Set()).add(String(key)));
          }
        }
      }
    }
  }
  return lifted;
}

function imageFields(node: Json, path: readonly (string | number)[]): readonly ImageField[] {
  if (Array.isArray(node)) return node.flatMap((item: Json, i) => imageFields(item, [...path, i]));
  if (!isObject(node)) return [];
  return Object.entries(node).flatMap(([key, value]) => [
    ...(Array.isArray(value) ? namedIn(key, value, [...path, key]) : []),
    ...imageFields(value, [...path, key]),
  ]);
}

/** The images that the elements of a pod spec's list name. */
function namedIn(
  list: string,
  items: readonly Json[],
  path: readonly (string | number)[],
): readonly ImageField[] {
  return items.flatMap((item, i) => {
    if (!isObject(item)) return [];
    if (CONTAINER_LISTS.has(list)) return imageAt(item, 'image', [...path, i]);
    // An image as a volume: Kubernetes' ImageVolumeSource.
    const { image } = item;
    return list === 'volumes' && isObject(image) ? imageAt(image, 'reference', [...path, i, 'image']) : [];
  });
}

function imageAt(holder: JsonObject, key: string, path: readonly (string | number)[]): readonly ImageField[] {
  const reference = holder[key];
  return typeof reference === 'string' ? [{ holder, key, path: [...path, key], reference }] : [];
}

function unpinned(resource: Resource, { path, reference }: ImageField): Finding {
  const node = resource.doc.getIn(path, true);
  const field = `${resource.kind}/${resource.name} ${path.join('.')}`;
  return {
    rule: 'image/unpinned',
    severity: 'error',
    place: isNode(node) ? placeOf(resource, node) : `${resource.file}:${resource.line}`,
    message: `${field} is ${reference || 'empty'}, which has no digest, and no image entry binds it`,
    hint: 'Bind it by an entry `as: image` in recipe.yaml with its pin under images, then npm run pin.',
  };
}
