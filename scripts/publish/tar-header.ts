import { ChartError } from '../errors.ts';

/** Bytes of a header; contents are filled up to a multiple of it. */
export const BLOCK = 512;

/** What a tar says of the file behind a header. */
export interface TarHeader {
  /** One character: `0` a file, `x` and `L` an extension of the next header. */
  readonly type: string;
  readonly name: string;
  readonly size: number;
}

/**
 * A ustar header (POSIX.1-1988), with GNU's binary sizes; undefined for the end of the archive.
 *
 * @throws OCI_LAYOUT
 */
export function parseHeader(block: Buffer, path: string): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (Number.parseInt(fieldText(block, 148, 8), 8) !== checksum(block))
    throw notTar(path, 'a header has another checksum');
  const prefix =
    fieldText(block, 257, 6).startsWith('ustar') && block[263] !== 0x20 ? fieldText(block, 345, 155) : '';
  const name = fieldText(block, 0, 100);
  return {
    type: fieldText(block, 156, 1) || '0',
    name: prefix === '' ? name : `${prefix}/${name}`,
    size:
      (block[124] ?? 0) & 0x80
        ? Number(block.readBigUInt64BE(128))
        : Number.parseInt(fieldText(block, 124, 12), 8) || 0,
  };
}

/** The largest size that ustar's eleven octal digits hold. */
const LARGEST_OCTAL = 8 ** 11 - 1;

/**
 * The ustar header of a file that anybody may read, of nobody and no time; a size from 8 GiB on
 * is binary, as GNU's tar writes it.
 *
 * @param name at most 100 bytes, as the paths of a layout are
 */
export function formatHeader(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (at: number, digits: number, value: number): void => {
    block.write(value.toString(8).padStart(digits, '0'), at);
  };
  block.write(name, 0, 100);
  octal(100, 7, 0o644);
  octal(108, 7, 0);
  octal(116, 7, 0);
  if (size <= LARGEST_OCTAL) octal(124, 11, size);
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  octal(136, 11, 0);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  octal(148, 6, checksum(block));
  block[155] = 0x20;
  return block;
}

/** The sum of a header's bytes, where the sum itself counts as spaces. */
function checksum(block: Buffer): number {
  return block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}

/** A field's text up to its NUL. */
export function fieldText(block: Buffer, start: number, length: number): string {
  const field = block.toString('utf8', start, start + length);
  return (field.split('\0', 1)[0] ?? '').trim();
}

/** Says that a file is not what it should be. */
export function notTar(path: string, reason: string): ChartError {
  return new ChartError('OCI_LAYOUT', `${path} is no tar of an OCI image layout: ${reason}`);
}
