import { isNode } from 'yaml';
import type { ChartModel } from '../chart/model.ts';
import type { Json, JsonObject } from '../json/json.ts';
import type { Manifest, Resource } from '../manifest/manifest.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import { imagesIn } from '../recipe/image-token.ts';
import { matching } from '../recipe/select.ts';
import type { Recipe } from '../recipe/types.ts';
import { placeOf } from '../recipe/node.ts';
import { isObject } from '../json/tree.ts';
import type { Finding } from './finding.ts';
import { locate } from '../oracle/locate.ts';

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
 * that no kind of workload, also of an operator, is missed. What other texts name by the form of an
 * image is only warned of: whether it runs, and whether a digest may stand there, is not known.
 */
export function checkImages(recipe: Recipe, manifest: Manifest): readonly Finding[] {
  const lifted = liftedImages(recipe, manifest);
  const isLeft = ({ holder, key, reference }: ImageField): boolean =>
    !PINNED.test(reference) &&
    !lifted
      .get(holder)
      ?.get(key)
      ?.some((token) => [undefined, reference].includes(token));
  return manifest.resources.flatMap((resource) => {
    const run = imageFields(resource.object);
    const running = new Set(run.map(({ path }) => path.join('\0')));
    const named = textsOf(resource.object, [])
      .filter(({ path }) => !running.has(path.join('\0')))
      .flatMap((field) => imagesIn(field.reference).map((reference) => ({ ...field, reference })));
    return [
      ...run.filter(isLeft).map((field) => unpinned(resource, field)),
      ...named.filter(isLeft).map((field) => outside(resource, field)),
    ];
  });
}

/** All texts of an object but the descriptions in the schemas of a CustomResourceDefinition. */
function textsOf(node: Json, path: readonly (string | number)[]): readonly ImageField[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node as JsonObject).flatMap(([key, value]) => {
    const at = [...path, key];
    if (key === 'openAPIV3Schema' || at.join('.') === 'metadata.annotations') return [];
    if (typeof value !== 'string') return textsOf(value, at);
    return [{ holder: node as JsonObject, key, path: at, reference: value }];
  });
}

/** What holds an image that an entry lifts, by the key of the field; with its token, undefined for the whole. */
type Lifted = ReadonlyMap<object, ReadonlyMap<string, readonly (string | undefined)[]>>;

function liftedImages(recipe: Recipe, manifest: Manifest): Lifted {
  const lifted = new Map<object, Map<string, readonly (string | undefined)[]>>();
  for (const entry of recipe.entries) {
    if (entry.form !== 'image') continue;
    for (const target of entry.targets) {
      for (const { object } of matching(manifest, target)) {
        for (const path of target.fieldPaths ?? []) {
          for (const [holder, key] of locate(object, parseFieldPath(path))) {
            const own = lifted.get(holder) ?? new Map<string, readonly (string | undefined)[]>();
            lifted.set(holder, own.set(String(key), [...(own.get(String(key)) ?? []), entry.token]));
          }
        }
      }
    }
  }
  return lifted;
}

/** One walk over the object, which may be a CRD of a megabyte: paths are written down where there is something. */
function imageFields(object: JsonObject): readonly ImageField[] {
  const found: ImageField[] = [];
  const path: (string | number)[] = [];
  const inside = (key: string | number, value: Json): void => {
    if (typeof value !== 'object' || value === null) return;
    path.push(key);
    if (Array.isArray(value)) {
      found.push(...namedIn(String(key), value, path));
      value.forEach((item, i) => inside(i, item));
    } else for (const name of Object.keys(value)) inside(name, (value as JsonObject)[name] ?? null);
    path.pop();
  };
  for (const [key, value] of Object.entries(object)) inside(key, value);
  return found;
}

/** The images that the elements of a pod spec's list name. */
function namedIn(
  list: string,
  items: readonly Json[],
  path: readonly (string | number)[],
): readonly ImageField[] {
  if (list !== 'volumes' && !CONTAINER_LISTS.has(list)) return [];
  return items.flatMap((item, i) => {
    if (!isObject(item)) return [];
    if (list !== 'volumes') return imageAt(item, 'image', [...path, i]);
    // An image as a volume: Kubernetes' ImageVolumeSource.
    const { image } = item;
    return isObject(image) ? imageAt(image, 'reference', [...path, i, 'image']) : [];
  });
}

function imageAt(holder: JsonObject, key: string, path: readonly (string | number)[]): readonly ImageField[] {
  const reference = holder[key];
  return typeof reference === 'string' ? [{ holder, key, path: [...path, key], reference }] : [];
}

function placeIn(resource: Resource, path: readonly (string | number)[]): string {
  const node = resource.doc.getIn(path, true);
  return isNode(node) ? placeOf(resource, node) : `${resource.file}:${resource.line}`;
}

/** Images that are bound, but of which nobody knows the digest yet. */
export function checkPins(images: ChartModel['images']): readonly Finding[] {
  return images
    .filter(({ reference }) => !PINNED.test(reference))
    .map(({ value, reference }) => ({
      rule: 'image/open',
      severity: 'error',
      place: value,
      message: `${reference} has no digest, so what it runs could change under a released chart`,
      hint: 'Run npm run pin, which asks the registry and writes upstream/lock.yaml.',
    }));
}

function outside(resource: Resource, { path, reference }: ImageField): Finding {
  return {
    rule: 'image/outside',
    severity: 'warning',
    place: placeIn(resource, path),
    message: `${resource.kind}/${resource.name} ${path.join('.')} names ${reference}, which has no digest, and no image entry binds it`,
    hint: `If it runs, bind it by an entry \`form: image\` with \`token: ${reference}\`.`,
  };
}

function unpinned(resource: Resource, { path, reference }: ImageField): Finding {
  const field = `${resource.kind}/${resource.name} ${path.join('.')}`;
  return {
    rule: 'image/unpinned',
    severity: 'error',
    place: placeIn(resource, path),
    message: `${field} is ${reference || 'empty'}, which has no digest, and no image entry binds it`,
    hint: 'Bind it by an entry `form: image` in recipe.yaml with its pin under images, then npm run pin.',
  };
}
