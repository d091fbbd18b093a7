import { lockImage, nameOf, wantedImages, type ImageAnswer, type WantedImage } from '../chart/pin.ts';
import { followingTag } from '../bump/versions.ts';
import { ChartError } from '../errors.ts';
import { member } from '../json/tree.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { YamlEdit } from '../recipe/edit.ts';
import type { LockedImage } from '../recipe/lock.ts';
import type { Recipe } from '../recipe/types.ts';

type Named = Pick<LockedImage, 'registry' | 'repository' | 'tag'>;

/** What becomes of the pin of an image. */
export interface PinChange {
  /** Path of its value. */
  readonly path: string;
  /** Undefined where it was not pinned. */
  readonly before: LockedImage | undefined;
  /** What the chart named until now; undefined of a new one. */
  readonly was: Named | undefined;
  readonly image: WantedImage;
  readonly tag: string;
  /** Undefined: nobody states one, so it is left open, and a release will ask for it. */
  readonly now: LockedImage | undefined;
  /** Why it is open. */
  readonly why: string;
}

/** The pins of a newer upstream. */
export interface NewPins {
  readonly changes: readonly PinChange[];
  readonly edits: readonly YamlEdit[];
}

/** Asks registries for digests; an empty map where nobody is asked. */
export type AskForImages = (
  wanted: readonly WantedImage[],
) => Promise<ReadonlyMap<WantedImage, ImageAnswer | ChartError>>;

/** What the pins are made of. */
interface PinInput {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  readonly before: Readonly<Record<string, LockedImage>>;
  /** The images that the project wanted until now. */
  readonly old: readonly WantedImage[];
  /** Upstream's version until now, and from now on. */
  readonly versions: readonly [before: string, now: string];
  readonly ask: AskForImages;
}

/**
 * The images of a newer upstream: with upstream's tag, or the recipe's, which follows where its numbers are
 * upstream's own and its registry does not say that there is no such tag.
 *
 * @throws RECIPE_SELECTOR when an image entry does not fit the manifest
 */
export async function newPins({ recipe, manifest, before, old, versions, ask }: PinInput): Promise<NewPins> {
  const now = wantedImages(recipe, manifest);
  const followed = now.map((image): WantedImage => {
    const isDeparture = member(recipe.images, image.path) !== undefined;
    const tag = isDeparture ? followingTag(image.tag, ...versions) : undefined;
    return tag === undefined ? image : { ...image, tag, stated: undefined, isFixed: false };
  });
  const isKnown = (image: WantedImage): boolean =>
    image.stated !== undefined || isSame(image, member(before, image.path));
  const answers = await ask(followed.filter((image) => !isKnown(image)));
  const settled = followed.map((image, i) => {
    const answer = answers.get(image);
    const own = now[i];
    const isNowhere = answer instanceof ChartError && answer.code === 'OCI_NOT_FOUND';
    // A tag that was only derived, and is not there, is not taken.
    return own !== undefined && own !== image && isNowhere
      ? { image: own, answer: undefined }
      : { image, answer };
  });
  const changes = settled.map(({ image, answer }): PinChange => {
    const locked = member(before, image.path);
    const was = locked ?? old.find(({ path }) => path === image.path);
    return { ...changeOf(image, answer, locked), was, image };
  });
  return { changes, edits: changes.flatMap((change) => editsFor(change, recipe)) };
}

function isSame({ registry, repository, tag }: WantedImage, locked: LockedImage | undefined): boolean {
  return locked?.registry === registry && locked.repository === repository && locked.tag === tag;
}

function changeOf(
  image: WantedImage,
  answer: ImageAnswer | ChartError | undefined,
  before: LockedImage | undefined,
): Omit<PinChange, 'was' | 'image'> {
  const { path, tag } = image;
  try {
    if (answer instanceof ChartError) throw answer;
    const isKept =
      isSame(image, before) && (image.stated === undefined || image.stated.digest === before?.digest);
    if (isKept) return { path, before, tag, now: before, why: '' };
    return { path, before, tag, now: lockImage(image, answer, before), why: '' };
  } catch (error) {
    if (!(error instanceof ChartError) || error.code === 'BUG') throw error;
    const why = answer === undefined ? `${nameOf(image)}: no registry was asked` : error.message;
    return { path, before, tag, now: undefined, why };
  }
}

/** What recipe.yaml states of an image must be of the tag that it names. */
function editsFor({ path, tag, now }: PinChange, { images }: Recipe): readonly YamlEdit[] {
  const pin = member(images, path);
  if (pin === undefined || pin.tag === tag) return [];
  const at = ['images', path];
  const digest: readonly YamlEdit[] =
    pin.digest === undefined ? [] : [{ path: [...at, 'digest'], to: now?.digest }];
  const platforms: readonly YamlEdit[] =
    pin.platforms === undefined ? [] : [{ path: [...at, 'platforms'], to: undefined }];
  return [{ path: [...at, 'tag'], to: tag }, ...digest, ...platforms];
}
