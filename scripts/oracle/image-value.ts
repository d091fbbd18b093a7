import type { JsonObject } from '../json/json.ts';
import type { ImageEntry } from '../recipe/entry.ts';
import { asText, getPath, isObject, member } from '../json/tree.ts';

/** Parts of an image value; '' where there is none. */
type ImageValue = Readonly<Record<'registry' | 'repository' | 'tag' | 'digest', string>>;

/** `registry/repository:tag@digest`; an empty part is left out with its mark. */
function formatImage({ registry, repository, tag, digest }: ImageValue): string {
  return [registry && `${registry}/`, repository, tag && `:${tag}`, digest && `@${digest}`].join('');
}

/** An image value as one reference. A digest in the tag goes before the one beside it. */
export function imageReference({ path, registries = [] }: ImageEntry, values: JsonObject): string {
  const image = imageAt(values, path);
  const set = registries.map((at) => getPath(values, at)).find((value) => Boolean(value));
  const registry = set === undefined ? image.registry : asText(set);
  const [tag = '', digest = image.digest] = image.tag.split('@');
  return formatImage({ ...image, registry, tag, digest });
}

/**
 * Why a tag and a digest that do not belong together are refused. The digest is what is pulled and
 * the tag is for people: a tag that was changed while the digest is still the chart's own would run
 * the old image.
 *
 * @param defaults the chart's values, of which tag and digest are a pair
 */
export function tagWithoutDigest(
  { path }: ImageEntry,
  values: JsonObject,
  defaults: JsonObject,
): string | undefined {
  const { tag: text, digest } = imageAt(values, path);
  const pinned = imageAt(defaults, path);
  const [tag = '', own] = text.split('@');
  if (own !== undefined) {
    if (['', pinned.digest, own].includes(digest)) return undefined;
    return `${path}.tag names ${own}, but ${path}.digest is ${digest}`;
  }
  if (tag === '' || digest === '' || tag === pinned.tag || digest !== pinned.digest) return undefined;
  return `${path}.tag is ${tag}, but ${path}.digest is still that of ${pinned.tag}, which is what would be pulled`;
}

/** The members as texts, whatever they are; one that is not set is empty. */
function imageAt(values: JsonObject, path: string): ImageValue {
  const value = getPath(values, path);
  const text = (name: string): string => asText((isObject(value) ? member(value, name) : undefined) ?? '');
  return {
    registry: text('registry'),
    repository: text('repository'),
    tag: text('tag'),
    digest: text('digest'),
  };
}
