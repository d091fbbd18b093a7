import { ChartError, messageOf } from '../errors.ts';
import { graphOf } from '../oci/copy.ts';
import { missingFrom } from '../oci/missing.ts';
import type { ContentStore } from '../oci/store.ts';
import type { Opener, RepositoryName } from '../oci/opener.ts';

/** What is known of an image where the chart names it. */
export interface ImageCheck {
  readonly digest: string;
  readonly store: string;
  readonly state: 'complete' | 'missing' | 'unchecked';
  /** With `unchecked`: why. */
  readonly reason: string;
}

/** An image by its digest, and the repository where a chart names it. */
export interface NamedImage {
  readonly digest: string;
  readonly at: RepositoryName;
}

/** Whether a repository holds an image with everything that belongs to it. */
export async function holds(store: ContentStore, digest: string): Promise<boolean> {
  try {
    const root = await store.resolve(digest);
    if (root === undefined) return false;
    return (await missingFrom(store, await graphOf(store, root))).length === 0;
  } catch (error) {
    if (error instanceof ChartError && error.code === 'OCI_NOT_FOUND') return false;
    throw error;
  }
}

/**
 * Looks at images where a chart names them.
 *
 * @throws OCI_DIGEST, OCI_MANIFEST when a registry has something else under a digest
 */
export async function checkImages(
  images: readonly NamedImage[],
  open: Opener,
): Promise<readonly ImageCheck[]> {
  return Promise.all(images.map((image) => checkImage(image, open)));
}

/** Wrong content is no registry that is out of reach. */
export const WRONG_CONTENT: ReadonlySet<string> = new Set(['OCI_DIGEST', 'OCI_MANIFEST']);

async function checkImage({ digest, at }: NamedImage, open: Opener): Promise<ImageCheck> {
  const store = `${at.registry}/${at.repository}`;
  try {
    const state = (await holds(await open(at), digest)) ? 'complete' : 'missing';
    return { digest, store, state, reason: '' };
  } catch (error) {
    if (error instanceof ChartError && WRONG_CONTENT.has(error.code)) throw error;
    return { digest, store, state: 'unchecked', reason: messageOf(error) };
  }
}

/**
 * A chart that names an image which is not there would not start anywhere. Where the recipe
 * mirrors images a release waits for every one of them; upstream's registry need not be within
 * reach, but when it is, it must have them.
 *
 * @param mirror the command that fills the mirror, for the hint; undefined without a mirror
 * @throws MIRROR_INCOMPLETE naming the images and the command; OCI_NOT_FOUND
 */
export function refuseMissingImages(checks: readonly ImageCheck[], mirror?: string): void {
  if (mirror !== undefined) refuseIncompleteMirror(checks, mirror);
  const missing = checks.find(({ state }) => state === 'missing');
  if (missing === undefined) return;
  throw new ChartError(
    'OCI_NOT_FOUND',
    `${missing.store} does not have ${missing.digest}, which the chart names`,
  );
}

function refuseIncompleteMirror(checks: readonly ImageCheck[], command: string): void {
  const lacking = checks.filter(({ state }) => state !== 'complete');
  if (lacking.length === 0) return;
  const lines = lacking.map(
    ({ digest, store, state, reason }) => `${store}@${digest}: ${state}${reason && ` (${reason})`}`,
  );
  throw new ChartError(
    'MIRROR_INCOMPLETE',
    `The mirror does not hold every pinned image:\n  ${lines.join('\n  ')}`,
    { hint: `Run ${command}, or release with --mirror-images.` },
  );
}
