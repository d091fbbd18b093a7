import { gunzipSync, gzipSync } from 'fflate';
import { packTar, unpackTar } from 'modern-tar';
import { ChartError } from '../errors.ts';
import type { ChartFiles } from '../assemble/assemble.ts';

/** Helm refuses a decompressed file above 5 MiB (pkg/chart/loader, MaxDecompressedFileSize). */
const LARGEST_FILE = 5 * 1024 * 1024;

/**
 * The chart archive: files below `<name>/`, Chart.yaml first as Helm writes it, the rest
 * by path. Owner, mode and time are fixed and the deflate is JavaScript, so that the bytes
 * depend on nothing but the files.
 *
 * @param mtime RFC 3339
 * @throws PACKAGE_INVALID for a path that leaves the chart or a file that Helm refuses
 */
export async function packArchive(name: string, files: ChartFiles, mtime: string): Promise<Uint8Array> {
  const paths = [
    'Chart.yaml',
    ...[...files.keys()].filter((path) => path !== 'Chart.yaml').toSorted(byBytes),
  ];
  const entries = paths.map((path) => {
    const data = new TextEncoder().encode(files.get(path) ?? '');
    refusePath(path);
    if (data.byteLength > LARGEST_FILE) {
      throw new ChartError(
        'PACKAGE_INVALID',
        `${path} has ${data.byteLength} bytes; Helm reads at most ${LARGEST_FILE}`,
      );
    }
    return {
      header: {
        name: `${name}/${path}`,
        size: data.byteLength,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: new Date(mtime),
        type: 'file' as const,
      },
      body: data,
    };
  });
  const tar = await packTar(entries);
  return gzipSync(tar, { level: 9, mtime: 0 });
}

/** The files of a chart archive, without the leading folder. Throws PACKAGE_INVALID when it is none. */
export async function unpackArchive(tgz: Uint8Array): Promise<ChartFiles> {
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  try {
    const entries = await unpackTar(gunzipSync(tgz), { strict: true });
    const files = entries
      .filter(({ header }) => header.type === 'file')
      .map(
        ({ header, data }) => [header.name.slice(header.name.indexOf('/') + 1), text.decode(data)] as const,
      );
    return new Map(files.toSorted(([a], [b]) => byBytes(a, b)));
  } catch (cause) {
    throw new ChartError('PACKAGE_INVALID', 'The bytes are no chart archive', { cause });
  }
}

function refusePath(path: string): void {
  // An empty part: an empty path, an absolute one, or two slashes.
  if (path.includes('\\') || path.split('/').some((part) => part === '..' || part === '.' || part === '')) {
    throw new ChartError('PACKAGE_INVALID', `"${path}" is no path inside a chart`);
  }
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
