import { BLOCK } from '../../scripts/package/tar-header.ts';
import { formatHeader } from './tar-header.ts';

/** The two empty blocks that end a tar. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** Gives a header that was altered the checksum that it has now. */
export function seal(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}

/** A file of a tar, or whatever `alter` makes of its header. */
export function tarEntry(
  name: string,
  content: Uint8Array | string = '',
  alter: (header: Buffer) => void = () => undefined,
): Buffer {
  const body = Buffer.from(content);
  const header = formatHeader(name, body.length);
  alter(header);
  seal(header);
  return Buffer.concat([header, body, Buffer.alloc(-body.length & (BLOCK - 1))]);
}

/** What {@link tarEntry} takes to make a header one of another type. */
export function ofType(type: string): (header: Buffer) => void {
  return (header) => void header.write(type, 156);
}

/** A record of an extended header. */
export function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const length = [1, 2, 3, 4, 5].map((digits) => rest + digits).find((sum) => rest + `${sum}`.length === sum);
  return `${length} ${key}=${value}\n`;
}
