import { setTimeout as sleep } from 'node:timers/promises';
import { ChartError } from '../errors.ts';
import { graphOf } from '../oci/copy.ts';
import { verified } from '../oci/digest.ts';
import { missingFrom } from '../oci/missing.ts';
import type { Publication } from './publication.ts';

/** What was read back after publishing. */
export interface Verification {
  readonly digest: string;
  /** Bytes that were read and are equal. */
  readonly bytes: number;
}

/**
 * Reads a published chart back by its tag and holds every byte of it against the digests of what
 * was published.
 *
 * @throws VERIFY_FAILED when the tag names another manifest, OCI_DIGEST when a byte differs
 */
export async function readBack(publication: Publication): Promise<Verification> {
  const { source, root, target } = publication;
  await refuseOtherTag(publication);
  const graph = await graphOf(source, root);
  await Promise.all(
    graph.map(async (descriptor) => {
      for await (const _ of verified(await target.fetch(descriptor), descriptor, target.name));
    }),
  );
  return { digest: root.digest, bytes: graph.reduce((sum, { size }) => sum + size, 0) };
}

/**
 * Holds a published image against its tag and asks for every piece of it, without reading the
 * layers again: their digests were checked on the way.
 *
 * @throws VERIFY_FAILED when the tag names another manifest or a piece is missing
 */
export async function checkComplete(publication: Publication): Promise<Verification> {
  const { source, root, target } = publication;
  await refuseOtherTag(publication);
  const [first] = await missingFrom(target, await graphOf(source, root));
  if (first !== undefined)
    throw new ChartError('VERIFY_FAILED', `${target.name} does not have ${first.digest}`);
  return { digest: root.digest, bytes: 0 };
}

/**
 * Milliseconds after which a write that was on its way while ours was made has arrived or failed.
 * Measured: of two PUTs of a tag at once, Gitea 1.26 with SQLite holds one back for 105 ms; it
 * gives up after 500 (its SQLITE_TIMEOUT).
 */
const ON_ITS_WAY = 1000;

/**
 * Looks at a tag for the last time. No registry has a compare-and-set: another release that found
 * the tag free may write it after ours, even after ours was read back.
 *
 * @param written when the tag was written at the latest, by performance.now()
 * @throws VERIFY_FAILED when it names another manifest by then
 */
export async function confirmTag(publication: Publication, written: number): Promise<void> {
  await sleep(Math.max(0, written + ON_ITS_WAY - performance.now()));
  await refuseOtherTag(publication);
}

async function refuseOtherTag({ root, target, tag }: Publication): Promise<void> {
  const found = await target.resolve(tag);
  if (found?.digest === root.digest) return;
  throw new ChartError(
    'VERIFY_FAILED',
    `${target.name}:${tag} was published as ${root.digest}, but now names ${found?.digest ?? 'nothing'}`,
  );
}
