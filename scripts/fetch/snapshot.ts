import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { allRead } from '../io/all-read.ts';
import { readBytes, readText } from '../io/files.ts';
import { canonicalText } from '../manifest/canonical.ts';
import { decodeText } from '../manifest/decode.ts';
import { documentsDigest } from './documents-digest.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { parseManifest } from '../manifest/parse.ts';
import { parseLock, type Lock } from '../recipe/lock.ts';

/** The vendored manifest, relative to the project. */
export const SNAPSHOT_FILE = 'upstream/manifest.yaml';
/** The lock, relative to the project. */
export const LOCK_FILE = 'upstream/lock.yaml';

const REFETCH = 'Run npm run fetch, and review the difference before you commit it.';

/** What build and release start from. */
export interface Snapshot {
  readonly manifest: Manifest;
  readonly lock: Lock;
}

/**
 * Reads the vendored snapshot and proves that it is what the lock says. No network.
 *
 * @param project absolute path of the chart project
 * @throws FILE_MISSING, LOCK_INVALID, what parseManifest throws, SNAPSHOT_DIGEST when
 *   the parsed documents are not the locked ones
 */
export async function readSnapshot(project: string): Promise<Snapshot> {
  const [lock, bytes] = await allRead([readLock(project), readBytes(join(project, SNAPSHOT_FILE), REFETCH)]);
  const manifest = parseManifest(decodeText(bytes, SNAPSHOT_FILE), SNAPSHOT_FILE);
  const found = documentsDigest(manifest);
  if (found !== lock.documents) {
    throw new ChartError(
      'SNAPSHOT_DIGEST',
      `${SNAPSHOT_FILE} holds documents ${found}, ${LOCK_FILE} expects ${lock.documents}`,
      { hint: REFETCH },
    );
  }
  return { manifest, lock };
}

/**
 * Reads upstream/lock.yaml.
 *
 * @throws FILE_MISSING, LOCK_INVALID
 */
export async function readLock(project: string): Promise<Lock> {
  return parseLock(await readText(join(project, LOCK_FILE), REFETCH), LOCK_FILE);
}

/** The sha256 of bytes, 64 hex digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The text of upstream/manifest.yaml: where it came from, then the canonical form. */
export function snapshotText(manifest: Manifest, origin: Pick<Lock, 'url' | 'sha256'>): string {
  const header = [
    `# From ${origin.url}`,
    `# sha256 of that file: ${origin.sha256}`,
    '# Written by npm run fetch in canonical form. Do not edit.',
    ...(manifest.head === undefined ? [] : ['#']),
  ];
  return `${header.join('\n')}\n${canonicalText(manifest)}`;
}
