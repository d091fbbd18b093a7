import { basename, relative, sep } from 'node:path';
import { ChartError } from '../errors.ts';
import { acquire, type Reach } from '../fetch/acquire.ts';
import { sha256 } from '../fetch/snapshot.ts';
import { namedSource, sourceName } from '../fetch/source.ts';
import { displayUrl } from '../http/url.ts';
import { LARGEST_MANIFEST, readInput } from '../io/files.ts';
import { decodeText } from '../manifest/decode.ts';

/** Upstream's file, and how a project names it. */
export interface ManifestSource {
  readonly text: string;
  /** The name that messages show. */
  readonly name: string;
  readonly sha256: string;
  readonly url: string;
  readonly version?: string;
  /** A name for the chart, when the manifest says none. */
  readonly fallback: string;
  /** The file itself, where the project must keep it: it came from standard input. */
  readonly kept?: Uint8Array;
}

/** Where a project keeps a manifest that has no other place. */
export const KEPT_FILE = 'upstream/original.yaml';

/**
 * Reads a manifest from a URL, a file or standard input (`-`).
 *
 * @param out absolute path of the project's folder, from which a file is named
 * @throws what acquire throws; FETCH_URL for a URL with credentials, which a project must not hold; PARSE_LIMIT
 */
export async function readSource(
  from: string,
  out: string,
  stdin: AsyncIterable<Uint8Array>,
  reach: Reach,
): Promise<ManifestSource> {
  if (from === '-') return kept(await readInput(stdin, LARGEST_MANIFEST), 'standard input', 'chart');
  const source = namedSource(from);
  const { bytes, sha256: digest } = await acquire([source], undefined, reach);
  const name = sourceName(source);
  const fallback = basename(source.kind === 'url' ? new URL(source.url).pathname : name).replace(
    /\.[^.]*$/,
    '',
  );
  const text = decodeText(bytes, name);
  if (source.kind === 'url') {
    refuseCredentials(source.url);
    return { text, name, sha256: digest, fallback, ...versioned(source.url) };
  }
  const path = relative(out, name).split(sep).join('/');
  // A lock holds one word.
  if (/\s/.test(path)) return kept(bytes, name, fallback);
  return { text, name, sha256: digest, fallback, url: path.startsWith('../') ? path : `./${path}` };
}

function kept(bytes: Uint8Array, name: string, fallback: string): ManifestSource {
  const text = decodeText(bytes, name);
  return { text, name, sha256: sha256(bytes), fallback, url: `./${KEPT_FILE}`, kept: bytes };
}

function refuseCredentials(text: string): void {
  const url = new URL(text);
  if (url.username === '' && url.password === '') return;
  throw new ChartError(
    'FETCH_URL',
    `--manifest ${displayUrl(url)} holds credentials, and the project is committed`,
    {
      hint: 'Download the file, and name it by --manifest FILE.',
    },
  );
}

/** A version that a URL has in its path, so that the next one is fetched by another. */
function versioned(url: string): Pick<ManifestSource, 'url' | 'version'> {
  const version = /[/@](v?\d+\.\d+(?:\.\d+)?(?:[-.+][0-9A-Za-z.-]+)?)(?=\/)/.exec(url)?.[1];
  return version === undefined ? { url } : { url: url.replaceAll(version, '{version}'), version };
}
