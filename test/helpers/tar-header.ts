import { BLOCK, checksum } from '../../scripts/package/tar-header.ts';

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
