import type { ChartError } from '../errors.ts';
import { parseExtension, type Extension } from './pax.ts';
import { BLOCK, parseHeader } from './tar-header.ts';

/** Where a file's bytes are in a tar. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** A tar, wherever it is. */
export interface TarSource {
  /** Bytes. */
  readonly size: number;
  /** The bytes at a place; fewer at the end. */
  read(offset: number, length: number): Promise<Buffer>;
  /** The error that says why it cannot be used. */
  fault(reason: string): ChartError;
}

/** Go's archive/tar takes as much for an extended header. */
const LARGEST_EXTENSION = 1024 * 1024;
/** Files of a tar: a bundle or a chart has some hundreds. */
const MOST_FILES = 100_000;
/** Programs fill up to a record, by default 10 KiB. */
const LONGEST_FILLING = 1024 * 1024;

/** Of one file, of all that follow, and of a long name. */
const EXTENSIONS: ReadonlySet<string> = new Set(['x', 'g', 'L']);

const KINDS: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a FIFO',
  K: 'a link with a long name',
  M: 'continued from another tar',
  S: 'a sparse file',
};

/**
 * The files of a tar by path, without reading what is in them. Whatever two programs could
 * read differently is refused, with the place: a tar is read rightly or not at all.
 *
 * @throws what the source's `fault` makes
 */
export async function filesOfTar(tar: TarSource): Promise<ReadonlyMap<string, Extent>> {
  const files = new Map<string, Extent>();
  let extension: Extension | undefined;
  let at = 0;
  for (;;) {
    const fail = (reason: string): never => {
      throw tar.fault(`at byte ${at} ${reason}`);
    };
    const block = await tar.read(at, BLOCK);
    if (block.length < BLOCK) return fail('it ends without the two empty blocks that end a tar');
    if (isEmpty(block)) {
      if (extension !== undefined) fail('an extended header has no file behind it');
      await refuseRest(tar, at + BLOCK, fail);
      return files;
    }
    const header = parseHeader(block);
    if (typeof header === 'string') return fail(header);
    const { type, name, size } = { ...header, ...extension };
    const shown = JSON.stringify(name);
    const offset = at + BLOCK;
    if (offset + size > tar.size) fail(`it ends in the middle of ${shown}`);
    if (EXTENSIONS.has(type)) {
      if (extension !== undefined) fail('an extended header follows another');
      if (size > LARGEST_EXTENSION) fail(`an extended header has ${size} bytes`);
      const parsed = parseExtension(type, await tar.read(offset, size));
      if (typeof parsed === 'string') return fail(parsed);
      // Of what is for all files that follow, nothing is needed.
      if (type !== 'g') extension = parsed;
    } else {
      extension = undefined;
      if (name === undefined) return fail('a name is not UTF-8');
      const entry = { kind: kindOf(type, name), path: pathOf(name), size };
      const reason = refusal(entry, files);
      if (reason !== undefined) fail(`${shown} ${reason}`);
      if (entry.kind === 'file') files.set(entry.path, { offset, size });
    }
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
  }
}

interface Entry {
  readonly kind: string;
  readonly path: string;
  readonly size: number;
}

/** Programs older than ustar know folders by their slash. */
function kindOf(type: string, name: string): string {
  if (type === '5' || (type === '0' && name.endsWith('/'))) return 'folder';
  return type === '0' ? 'file' : (KINDS[type] ?? `of type ${JSON.stringify(type)}`);
}

/** Without what says "here", and the slash of a folder; empty for the folder that was packed. */
function pathOf(name: string): string {
  return name.replace(/^(?:\.\/+)*(?:\.$)?/, '').replace(/\/+$/, '');
}

/** Why an entry cannot be beside those before it. */
function refusal({ kind, path, size }: Entry, files: ReadonlyMap<string, Extent>): string | undefined {
  const isFolder = kind === 'folder';
  if (kind !== 'file' && !isFolder) return `is ${kind}`;
  const parts = isFolder && path === '' ? [] : path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'is no path inside a tar';
  if (isFolder && size !== 0) return 'is a folder with a size';
  if (files.has(path)) return 'is there twice';
  return files.size < MOST_FILES ? undefined : `is one file more than ${MOST_FILES}`;
}

/** Behind the first empty block: another one, and nothing that some program would go on with. */
async function refuseRest(tar: TarSource, at: number, fail: (reason: string) => never): Promise<void> {
  if (at + BLOCK > tar.size) fail('it ends without the two empty blocks that end a tar');
  if (tar.size - at > LONGEST_FILLING) fail(`its end is filled up by ${tar.size - at} bytes`);
  if (!isEmpty(await tar.read(at, tar.size - at))) fail('it goes on behind its end');
}

function isEmpty(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
