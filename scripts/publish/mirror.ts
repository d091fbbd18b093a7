import { ChartError } from '../errors.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import { subsetOf } from '../oci/subset.ts';
import type { Opener } from '../oci/opener.ts';
import { mirrored } from '../chart/image.ts';
import type { PinnedImage } from '../images/pinned.ts';
import { holds, WRONG_CONTENT } from '../images/check.ts';
import type { Tell } from './events.ts';
import type { Publication } from './publication.ts';

/** Where and how images are mirrored. */
export interface Mirror {
  /** `oci://HOST/OWNER`. */
  readonly mirror: string;
  readonly open: Opener;
  /** Told of what is not as one would expect. */
  readonly tell: Tell;
  /** Only these, which makes another digest; none for all. */
  readonly platforms?: readonly string[];
}

/**
 * The publication that mirrors an image: the whole index by its digest, unchanged, unless only
 * some platforms are wanted. Within one registry its blobs are mounted. What the mirror holds
 * already need not be asked for where it came from, which may be out of reach or have dropped it.
 *
 * @throws OCI_NOT_FOUND when the source does not have the pinned digest; USAGE for a platform
 * that it does not have
 */
export async function mirrorPublication(
  image: PinnedImage,
  { mirror, open, tell, platforms = [] }: Mirror,
): Promise<Publication> {
  const at = mirrored(image.from, mirror);
  const all = platforms.length === 0;
  const target = await open(at);
  const held = all && (await holds(target, image.digest).catch(unlessDamaged));
  const source = held ? target : await open(image.from);
  const whole = await source.resolve(image.digest);
  if (whole === undefined)
    throw new ChartError('OCI_NOT_FOUND', `${source.name} does not have ${image.digest}`);
  const { store, root } = all ? { store: source, root: whole } : await subsetOf(source, whole, platforms);
  const wanted = all ? image.tag : subsetTag(image.tag, platforms);
  const tag = await freeTag(target, wanted, root, tell);
  const { registry, repository } = image.from;
  const mountable = !held && registry === at.registry && repository !== at.repository;
  return { source: store, root, target, tag, ...(mountable && { mountFrom: repository }) };
}

/** A copy that is damaged is none. */
function unlessDamaged(error: unknown): false {
  if (error instanceof ChartError && WRONG_CONTENT.has(error.code)) return false;
  throw error;
}

/**
 * A tag that nobody else has. Upstream moves its tags, and a pin is to one digest: where the
 * tag is on another, the digest is part of it. Nothing reads it, the chart names the digest.
 */
export async function freeTag(
  target: ContentStore,
  tag: string,
  root: Descriptor,
  tell: Tell,
): Promise<string> {
  const taken = await target.resolve(tag);
  if (taken === undefined || taken.digest === root.digest) return tag;
  const free = digestTag(tag, root);
  const text = `${target.name}:${tag} is another image, which stays; this one is tagged ${free}`;
  tell({ event: 'warning', text });
  return free;
}

/** The longest that a registry takes (distribution-spec v1.1, "Pulling manifests"). */
const LONGEST_TAG = 128;

function digestTag(tag: string, { digest }: Descriptor): string {
  const end = `-${digest.slice('sha256:'.length)}`;
  return `${tag.slice(0, LONGEST_TAG - end.length)}${end}`;
}

/** A copy of some platforms is another image, so the tag of the whole is not for it. */
function subsetTag(tag: string, platforms: readonly string[]): string {
  const names = [...new Set(platforms)].toSorted().map((platform) => platform.replaceAll('/', '-'));
  return [tag, ...names].join('-').slice(0, LONGEST_TAG);
}
