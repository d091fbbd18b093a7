import { ChartError, messageOf } from '../errors.ts';
import { graphOf } from '../oci/copy.ts';
import type { OpenRepository, PinnedImage, RepositoryName } from './images.ts';

/** What is known of an image where the chart names it. */
export interface ImageCheck {
  readonly image: PinnedImage;
  readonly store: string;
  readonly state: 'complete' | 'missing' | 'unchecked';
  /** With `unchecked`: why. */
  readonly reason: string;
}

/** Asks whether a repository holds a pinned image with everything that belongs to it. */
export async function checkImage(
  image: PinnedImage,
  at: RepositoryName,
  open: OpenRepository,
): Promise<ImageCheck> {
  const name = `${at.registry}/${at.repository}`;
  try {
    const store = await open(at);
    const root = await store.resolve(image.digest);
    if (root === undefined) return { image, store: name, state: 'missing', reason: '' };
    const graph = await graphOf(store, root);
    const there = await Promise.all(graph.map((descriptor) => store.exists(descriptor)));
    return { image, store: name, state: there.every(Boolean) ? 'complete' : 'missing', reason: '' };
  } catch (error) {
    if (error instanceof ChartError && error.code === 'OCI_NOT_FOUND')
      return { image, store: name, state: 'missing', reason: '' };
    return { image, store: name, state: 'unchecked', reason: messageOf(error) };
  }
}

/**
 * A chart that names an image which is not there would not start anywhere. Where the recipe
 * mirrors images a release waits for every one of them; upstream's registry need not be within
 * reach, but when it is, it must have them.
 *
 * @throws MIRROR_INCOMPLETE naming the images and the command; OCI_NOT_FOUND
 */
export function refuseMissingImages(checks: readonly ImageCheck[], mirror: string | undefined): void {
  if (mirror !== undefined) refuseIncompleteMirror(checks);
  const missing = checks.find(({ state }) => state === 'missing');
  if (missing === undefined) return;
  throw new ChartError(
    'OCI_NOT_FOUND',
    `${missing.store} does not have ${missing.image.digest}, which the chart names`,
  );
}

function refuseIncompleteMirror(checks: readonly ImageCheck[]): void {
  const lacking = checks.filter(({ state }) => state !== 'complete');
  if (lacking.length === 0) return;
  const lines = lacking.map(
    ({ image, store, state, reason }) => `${store}@${image.digest}: ${state}${reason && ` (${reason})`}`,
  );
  throw new ChartError(
    'MIRROR_INCOMPLETE',
    `The mirror does not hold every pinned image:\n  ${lines.join('\n  ')}`,
  );
}
