/** Bytes of a header; contents are filled up to a multiple of it. */
export const BLOCK = 512;

/** What a tar says of what follows a header. */
export interface TarHeader {
  /** One character: `0` a file, `5` a folder, `x`, `g` and `L` extensions of other headers. */
  readonly type: string;
  /** As it stands there: it may lead anywhere; undefined when it is not UTF-8, as one that is cut off. */
  readonly name: string | undefined;
  readonly size: number;
}

/**
 * A header of the formats v7, ustar (POSIX.1-1988) and GNU. Stricter than tar programs, which
 * guess where a field is damaged, and guess differently.
 *
 * @returns why it is none, where it is none
 */
export function parseHeader(block: Buffer): TarHeader | string {
  if (octalField(block, 148, 8) !== checksum(block)) return 'a header has another checksum';
  const magic = block.toString('latin1', 257, 265);
  const isUstar = magic === 'ustar\x0000';
  if (!isUstar && magic !== 'ustar  \0' && magic !== '\0'.repeat(8))
    return 'a header is of an unknown format';
  // GNU has times and more where ustar has the folders of a long name.
  const prefix = isUstar ? textField(block.subarray(345, 500)) : '';
  const last = textField(block.subarray(0, 100));
  const size = sizeField(block);
  if (size === undefined) return `the size of ${JSON.stringify(last)} is no number`;
  const name =
    prefix === undefined || last === undefined ? undefined : prefix === '' ? last : `${prefix}/${last}`;
  return { type: block.toString('latin1', 156, 157).replace('\0', '0'), name, size };
}

/** The sum of a header's bytes, where the sum itself counts as spaces. */
export function checksum(block: Buffer): number {
  return block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}

/** Octal digits, which GNU writes in binary from 8 GiB on: 0x80 and eleven bytes. */
function sizeField(block: Buffer): number | undefined {
  if (block[124] !== 0x80) return octalField(block, 124, 12);
  const size = Number(BigInt(`0x${block.toString('hex', 125, 136)}`));
  return Number.isSafeInteger(size) ? size : undefined;
}

/** Octal digits with spaces before and spaces or NULs behind: no sign, nothing else. */
function octalField(block: Buffer, start: number, length: number): number | undefined {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(block.toString('latin1', start, start + length))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** Text up to its NUL; undefined when it is not UTF-8. */
export function textField(field: Buffer): string | undefined {
  const end = field.indexOf(0);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      end === -1 ? field : field.subarray(0, end),
    );
  } catch {
    return undefined;
  }
}
