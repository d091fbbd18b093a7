import { ERRORS } from '../errors/table.ts';
import { ChartError, messageOf } from '../errors.ts';
import { readBytes } from '../io/files.ts';
import { decodeText, plainText } from '../manifest/decode.ts';
import type { Cache } from './cache.ts';
import { download, type Network } from './download.ts';
import { sha256 } from './snapshot.ts';
import { sourceName, type Source } from './source.ts';

/** The upstream file as one source gave it. */
export interface PinnedFile {
  readonly bytes: Uint8Array;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly source: Source;
}

/** What fetching needs of the outside. */
export interface Reach {
  /** Made when the first URL is asked; files and the cache need no network. */
  readonly network: () => Promise<Network>;
  readonly cache: Cache;
  /** Told of every source that failed, and why. */
  readonly warn: (text: string) => void;
}

/**
 * The file from the first source that has it whole and right. Every source that
 * fails is said aloud.
 *
 * @param expected sha256 of the bytes; undefined accepts what the first source has
 * @throws the error of the only source that answered, FETCH_CHECKSUM and its like when all
 *   answers are wrong, otherwise FETCH_FAILED naming all sources
 */
export async function acquire(
  sources: readonly Source[],
  expected: string | undefined,
  reach: Reach,
): Promise<PinnedFile> {
  const failures: ChartError[] = [];
  for (const source of sources) {
    try {
      const bytes = await load(source, reach);
      if (bytes !== undefined) return accepted(bytes, source, expected);
    } catch (error) {
      if (!(error instanceof ChartError) || error.code === 'BUG') throw error;
      failures.push(error);
      const last = source === sources.at(-1);
      if (!last || failures.length > 1) reach.warn(error.message + (last ? '' : '; trying the next source'));
    }
  }
  const [first] = failures;
  // Wrong bytes everywhere are no trouble of the network, and must not look like one.
  const refused = failures.every(({ exitCode }) => exitCode === 1);
  if (first !== undefined && (failures.length === 1 || refused)) throw first;
  const names = sources.filter(({ kind }) => kind !== 'cache').map(sourceName);
  // When all fail for one reason that is not the network's, that is what to look into.
  const own = first !== undefined && first.hint !== ERRORS[first.code].remedy;
  const alike = own && failures.every(({ hint }) => hint === first.hint);
  throw new ChartError('FETCH_FAILED', `No source has the upstream file: ${names.join(', ')}`, {
    cause: first,
    ...(alike && { hint: first.hint }),
  });
}

/** Keeps a fetched file for the next time; a cache that cannot be written is only worth a word. */
export async function keep(file: PinnedFile, reach: Reach): Promise<void> {
  if (file.source.kind === 'cache') return;
  try {
    await reach.cache.write(file.sha256, file.bytes);
  } catch (error) {
    reach.warn(`the file could not be kept in the cache: ${messageOf(error)}`);
  }
}

async function load(source: Source, reach: Reach): Promise<Uint8Array | undefined> {
  switch (source.kind) {
    case 'file':
      return readBytes(source.path);
    case 'cache':
      return reach.cache.read(source.sha256);
    case 'url':
      return download(source.url, await reach.network());
  }
}

function accepted(bytes: Uint8Array, source: Source, expected: string | undefined): PinnedFile {
  const found = sha256(bytes);
  const name = sourceName(source);
  if (expected !== found) {
    // A login page is a better explanation than a wrong checksum.
    refuseJsonAnswer(plainText(decodeText(bytes, name), name), name);
    if (expected !== undefined) {
      throw new ChartError(
        'FETCH_CHECKSUM',
        `${name}: expected sha256 ${expected}, found ${found} (${bytes.length} bytes)`,
      );
    }
  }
  return { bytes, sha256: found, source };
}

/** Many servers say in JSON, with status 200, that they do not have a file. A manifest has an apiVersion. */
function refuseJsonAnswer(text: string, name: string): void {
  if (!text.trimStart().startsWith('{') || text.includes('"apiVersion"')) return;
  try {
    JSON.parse(text);
  } catch {
    return;
  }
  throw new ChartError(
    'PARSE_ENCODING',
    `${name} is JSON without apiVersion, not a manifest: it begins ${JSON.stringify(text.trimStart().slice(0, 60))}`,
    { hint: 'A server or proxy may have answered in place of the file; open the URL and look.' },
  );
}
