import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { ifNoFile, LARGEST_MANIFEST, readText } from '../io/files.ts';
import { decodeText } from '../manifest/decode.ts';
import { documentsDigest } from './documents-digest.ts';
import { parseManifest } from '../manifest/parse.ts';
import { formatLock, type Lock } from '../recipe/lock.ts';
import type { UpstreamSource } from '../recipe/types.ts';
import { acquire, keep, type PinnedFile, type Reach } from './acquire.ts';
import { LOCK_FILE, readLock, SNAPSHOT_FILE, snapshotText } from './snapshot.ts';
import { namedSource, upstreamSources, sourceName, upstreamUrl, type Source } from './source.ts';

/** What `npm run fetch` is asked to do. */
export interface RefreshRequest {
  /** Absolute path of the chart project. */
  readonly project: string;
  readonly upstream: UpstreamSource;
  /** A file or URL to take instead of cache, recipe and mirrors. */
  readonly from?: string;
  /** The sha256 that a person vouches for, 64 hex digits. */
  readonly sha256?: string;
  /** Trust what the source has now. */
  readonly update?: boolean;
  /** RFC 3339 UTC: the lock's `created` when its content changes. */
  readonly now: string;
}

/** What a refresh writes, decided before anything is written. */
export interface RefreshPlan {
  readonly before: Lock | undefined;
  readonly lock: Lock;
  readonly resources: number;
  readonly file: PinnedFile;
  /** Changed files by path relative to the project; empty when all is as it should be. */
  readonly writes: ReadonlyMap<string, string>;
}

/**
 * Fetches the file and decides what the snapshot and the lock become. Writes nothing
 * but the cache.
 *
 * @throws FETCH_UNPINNED when nobody vouches for the bytes, what {@link acquire} and parseManifest throw
 */
export async function planRefresh(request: RefreshRequest, reach: Reach): Promise<RefreshPlan> {
  const { project, upstream, from } = request;
  const url = upstreamUrl(upstream);
  const before = await readLock(project).catch(ifNoFile);
  const expected = expectedSha256(request, before);
  const cached: readonly Source[] = expected === undefined ? [] : [{ kind: 'cache', sha256: expected }];
  const sources =
    from === undefined ? [...cached, ...upstreamSources(upstream, project)] : [namedSource(from)];
  const file = await acquire(sources, expected, reach);
  const manifest = parseManifest(decodeText(file.bytes, sourceName(file.source)), sourceName(file.source));
  await keep(file, reach);
  const lock = nextLock(before, {
    version: upstream.version,
    url,
    sha256: file.sha256,
    documents: documentsDigest(manifest),
    created: request.now,
    images: before?.images ?? {},
  });
  const writes = await changed(project, [
    [SNAPSHOT_FILE, snapshotText(manifest, lock)],
    [LOCK_FILE, formatLock(lock)],
  ]);
  return { before, lock, resources: manifest.resources.length, file, writes };
}

/** The sha256 that the bytes must have; undefined when `--update` trusts what comes. */
function expectedSha256(
  { sha256, update, upstream }: RefreshRequest,
  lock: Lock | undefined,
): string | undefined {
  if (sha256 !== undefined) return sha256;
  if (update === true) return undefined;
  if (lock?.version === upstream.version) return lock.sha256;
  const state =
    lock === undefined ? `there is no ${LOCK_FILE}` : `${LOCK_FILE} is for version ${lock.version}`;
  throw new ChartError(
    'FETCH_UNPINNED',
    `recipe.yaml names version ${upstream.version}, but ${state}: no sha256 is known for it`,
  );
}

/** `created` changes only when something else does, so that a refresh without news leaves no diff. */
function nextLock(before: Lock | undefined, lock: Lock): Lock {
  if (before === undefined) return lock;
  const same = { ...lock, created: before.created };
  return formatLock(same) === formatLock(before) ? same : lock;
}

async function changed(
  project: string,
  files: readonly (readonly [path: string, text: string])[],
): Promise<ReadonlyMap<string, string>> {
  const current = await Promise.all(
    files.map(([path]) => readText(join(project, path), undefined, LARGEST_MANIFEST).catch(ifNoFile)),
  );
  return new Map(files.filter(([, text], i) => text !== current[i]));
}
