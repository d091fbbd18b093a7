import { gunzipSync } from 'node:zlib';
import { gzipSync } from 'fflate';
import { packTar } from 'modern-tar';
import { ChartError, messageOf } from '../errors.ts';
import type { ChartFiles } from '../chart/assemble.ts';
import { filesOfTar } from './tar.ts';

/** Helm refuses a decompressed file above 5 MiB (pkg/chart/loader, MaxDecompressedFileSize). */
const LARGEST_FILE = 5 * 1024 * 1024;

/** Bytes of a chart, packed or not: Helm opens none that is larger (MaxDecompressedChartSize there). */
export const LARGEST_CHART = 100 * 1024 * 1024;

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

/**
 * The files of a chart archive, without the leading folder.
 *
 * @throws PACKAGE_INVALID when it is none, or larger than Helm opens
 */
export async function unpackArchive(tgz: Uint8Array): Promise<ChartFiles> {
  const fault = (reason: string, cause?: unknown): ChartError =>
    new ChartError('PACKAGE_INVALID', `The bytes are no chart archive: ${reason}`, { cause });
  const tar = gunzip(tgz, fault);
  const read = async (offset: number, length: number): Promise<Buffer> =>
    tar.subarray(offset, offset + length);
  const extents = await filesOfTar({ size: tar.length, read, fault });
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  const entries = [...extents].map(
    ([path, { offset, size }]) =>
      [path.slice(path.indexOf('/') + 1), text.decode(tar.subarray(offset, offset + size))] as const,
  );
  const files = new Map(entries.toSorted(([a], [b]) => byBytes(a, b)));
  if (files.size < entries.length) throw fault('two files have one path below their folders');
  return files;
}

/** Never more than Helm would: what is packed in 3 MB may be 3 GiB. */
function gunzip(tgz: Uint8Array, fault: (reason: string, cause: unknown) => ChartError): Buffer {
  try {
    return gunzipSync(tgz, { maxOutputLength: LARGEST_CHART });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isLarge = code === 'ERR_BUFFER_TOO_LARGE';
    throw fault(isLarge ? `unpacked it has more than ${LARGEST_CHART} bytes` : messageOf(cause), cause);
  }
}

/** What Helm takes for a path out of the chart: two dots at the beginning of any name, a drive of Windows. */
const OUTSIDE = /^(?:\.\.|[A-Za-z]:\/)|[\\\0]/;

function refusePath(path: string): void {
  // An empty part: an empty path, an absolute one, or two slashes.
  if (OUTSIDE.test(path) || path.split('/').some((part) => part === '..' || part === '.' || part === '')) {
    throw new ChartError('PACKAGE_INVALID', `${JSON.stringify(path)} is no path inside a chart`);
  }
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
