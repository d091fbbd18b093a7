import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { LARGEST_MANIFEST, readText } from '../io/files.ts';
import { decodeText } from '../manifest/decode.ts';
import { parseManifest } from '../manifest/parse.ts';
import type { UpstreamSource } from '../recipe/types.ts';
import { acquire, type PinnedFile, type Reach } from './acquire.ts';
import { readLock, SNAPSHOT_FILE, snapshotText } from './snapshot.ts';
import { upstreamSources, sourceName } from './source.ts';

/**
 * Proves the vendored snapshot against its source: asks the recipe's URL and its
 * mirrors (not the cache), checks the bytes against the lock, and that their
 * canonical form is the snapshot, byte for byte. Writes nothing.
 *
 * @param project absolute path of the chart project
 * @throws FETCH_UNPINNED when the lock is for another version, FETCH_STALE when the snapshot
 *   differs, what acquire and parseManifest throw
 */
export async function verifySource(
  project: string,
  upstream: UpstreamSource,
  reach: Reach,
): Promise<PinnedFile> {
  const lock = await readLock(project);
  if (lock.version !== upstream.version) {
    throw new ChartError(
      'FETCH_UNPINNED',
      `recipe.yaml names version ${upstream.version}, the lock is for ${lock.version}`,
    );
  }
  const file = await acquire(upstreamSources(upstream, project), lock.sha256, reach);
  const name = sourceName(file.source);
  const wanted = snapshotText(parseManifest(decodeText(file.bytes, name), name), lock);
  const found = await readText(join(project, SNAPSHOT_FILE), undefined, LARGEST_MANIFEST);
  if (wanted !== found) {
    const line = firstDifference(wanted, found);
    throw new ChartError('FETCH_STALE', `${SNAPSHOT_FILE}:${line} is not what ${name} becomes`);
  }
  return file;
}

/** The first line (1-based) on which two texts differ. */
function firstDifference(a: string, b: string): number {
  const lines = b.split('\n');
  return a.split('\n').findIndex((line, i) => line !== lines[i]) + 1;
}
