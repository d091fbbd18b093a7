import { ChartError, messageOf } from '../errors.ts';
import { parseRegistryReference } from '../recipe/reference.ts';
import type { ImageCheck } from './check.ts';
import type { Opener } from '../oci/opener.ts';

/** Whether nodes can pull an image as they are: without credentials. */
export interface AnonymousPull {
  /** `HOST/REPOSITORY@DIGEST`. */
  readonly image: string;
  /** `anyone` can; only who has `credentials`; `unknown` when the registry gave no answer to that. */
  readonly pull: 'anyone' | 'credentials' | 'unknown';
}

/** An image that a registry holds; `store` is `HOST/REPOSITORY`. */
export type HeldImage = Pick<ImageCheck, 'store' | 'digest'>;

/** An image that was asked for, and why there is no answer. */
export interface AskedImage extends HeldImage {
  readonly pull: AnonymousPull['pull'];
  readonly reason?: string;
}

/** The images that were found complete where a chart names them. */
export function completeImages(checks: readonly ImageCheck[]): readonly HeldImage[] {
  return checks.filter(({ state }) => state === 'complete');
}

/**
 * Asks for each image once whether somebody without credentials can pull it, as nodes do unless
 * they are given some. A copy in a private organisation is found
 * out here, not when pods do not start (gitea #25908). No answer is no error: what was to be
 * published is published.
 */
export async function askForImages(
  images: readonly HeldImage[],
  open: Opener,
): Promise<readonly AskedImage[]> {
  return Promise.all(images.map(async (image) => ({ ...image, ...(await askFor(image, open)) })));
}

/** What was asked, as a receipt has it. */
export function pullsOf(asked: readonly AskedImage[]): readonly AnonymousPull[] {
  return asked.map(({ store, digest, pull }) => ({ image: `${store}@${digest}`, pull }));
}

async function askFor(
  { store, digest }: HeldImage,
  open: Opener,
): Promise<Pick<AskedImage, 'pull' | 'reason'>> {
  try {
    const repository = await open(parseRegistryReference(store));
    // It is there, so a registry that does not find it hides what is private.
    return { pull: (await repository.resolve(digest)) === undefined ? 'credentials' : 'anyone' };
  } catch (error) {
    if (error instanceof ChartError && error.code === 'REGISTRY_DENIED') return { pull: 'credentials' };
    return { pull: 'unknown', reason: messageOf(error) };
  }
}
