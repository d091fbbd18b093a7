import { textField } from './tar-header.ts';

/** What an extended header says of the file behind it, in place of that file's own header. */
export interface Extension {
  readonly name?: string;
  readonly size?: number;
}

/** What a reader must know of, and this one does not, or not for every file behind. */
const REFUSED = /^(?:hdrcharset$|GNU\.sparse\.)/;
const OF_ONE_FILE: ReadonlySet<string> = new Set(['path', 'size', 'linkpath']);

/**
 * The body of an extended header: `x` of one file, `g` of all that follow (POSIX.1-2001, pax), or
 * `L`, GNU's long name.
 *
 * @returns why it cannot be used, where it cannot
 */
export function parseExtension(type: string, body: Buffer): Extension | string {
  if (type === 'L') return longName(body);
  const records = parseRecords(body);
  if (records === undefined) return 'an extended header is malformed';
  const names = [...records.keys()];
  const refused = names.find((name) => REFUSED.test(name) || (type === 'g' && OF_ONE_FILE.has(name)));
  if (refused !== undefined) return `an extended header has ${refused}, which is not supported`;
  const [path, size] = [records.get('path'), records.get('size')];
  const name = path && textField(path);
  if (path !== undefined && (name === undefined || path.includes(0))) return 'a name is not UTF-8';
  const digits = size?.toString('latin1');
  if (digits !== undefined && !/^\d{1,15}$/.test(digits)) return 'a size is no number';
  return { ...(name !== undefined && { name }), ...(digits !== undefined && { size: Number(digits) }) };
}

/** The name and a NUL. */
function longName(body: Buffer): Extension | string {
  const name = textField(body);
  if (name === undefined) return 'a name is not UTF-8';
  return body.indexOf(0) === body.length - 1 ? { name } : 'a long name does not end where it should';
}

/** Bytes of a length and a key. */
const LONGEST_KEY = 512;

/** Records `LENGTH KEY=VALUE\n`, where the length is that of the record in bytes. */
function parseRecords(body: Buffer): ReadonlyMap<string, Buffer> | undefined {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < body.length;) {
    const [digits, length = '', key = ''] =
      /^([1-9]\d{0,9}) ([^=\n]+)=/.exec(body.toString('latin1', at, at + LONGEST_KEY)) ?? [];
    const end = at + Number(length);
    if (digits === undefined || end > body.length || body[end - 1] !== 0x0a) return undefined;
    const start = at + digits.length;
    if (start > end - 1) return undefined;
    records.set(key, body.subarray(start, end - 1));
    at = end;
  }
  return records;
}
