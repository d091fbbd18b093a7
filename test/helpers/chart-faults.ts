import { gunzipSync, gzipSync } from 'node:zlib';
import { BLOCK } from '../../scripts/package/tar-header.ts';
import { ofType, seal, TAR_END, tarEntry } from './tar.ts';

type Fault = (tgz: Uint8Array) => Uint8Array;

/** Alters what is inside of an archive. */
const inside =
  (alter: (tar: Buffer) => Buffer): Fault =>
  (tgz) =>
    gzipSync(alter(gunzipSync(tgz)));

/** Alters the header of the first file, which is Chart.yaml. */
const header = (alter: (header: Buffer) => void): Fault =>
  inside((tar) => {
    const first = tar.subarray(0, BLOCK);
    alter(first);
    seal(first);
    return tar;
  });

const flip = (tgz: Uint8Array, at: number): Uint8Array => {
  const bytes = Buffer.from(tgz);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return bytes;
};

/** An archive of a chart with another file before all others. */
const withFile = (file: Buffer): Fault => inside((tar) => Buffer.concat([file, tar]));

/**
 * Ways in which the archive of a chart can be of no use to Helm, by what happened to it. Not among
 * them: gzip's own checksum, which Helm does not read up to.
 */
export const CHART_FAULTS: Readonly<Record<string, Fault>> = {
  'nothing is left': () => new Uint8Array(),
  'a login page is in its place': () => Buffer.from('<html></html>'),
  'it is not compressed': (tgz) => gunzipSync(tgz),
  'its first byte is another': (tgz) => flip(tgz, 0),
  'a byte in its middle is another': (tgz) => flip(tgz, tgz.length >> 1),
  'its second half is lost': (tgz) => tgz.subarray(0, tgz.length >> 1),
  'a time is NaN': header((first) => void first.write('NaN'.padStart(11, '0'), 136)),
  'a time is negative': header((first) => void first.write('-0016d4e400', 136)),
  'a size is negative': header((first) => void first.write('-0000000001', 124)),
  'a checksum is another': inside((tar) => Buffer.from(tar).fill('7', 148, 154)),
  'a block is lost': inside((tar) => Buffer.concat([tar.subarray(0, 2 * BLOCK), tar.subarray(3 * BLOCK)])),
  'Chart.yaml is lost': header((first) => void first.write('x', first.indexOf('Chart.yaml'))),
  'Chart.yaml is a link': header((first) => ofType('2')(first)),
  'a file is larger than Helm reads': withFile(tarEntry('a/x', Buffer.alloc(5 * 2 ** 20 + 1))),
  'all files are more than Helm reads': withFile(
    Buffer.concat(Array.from({ length: 26 }, (_, i) => tarEntry(`a/${i}`, Buffer.alloc(4 * 2 ** 20)))),
  ),
  'a file leads out of it': withFile(tarEntry('a/../../x', 'x')),
  'its files are not in a folder': withFile(tarEntry('Chart.yaml', 'apiVersion: v2\n')),
  'there is a tar of nothing in it': () => gzipSync(TAR_END),
};
