/** A text as somebody may read it, and where in the original its characters stand. */
export interface Reading {
  readonly text: string;
  /** For each UTF-16 unit of `text`: where its spelling begins and ends in the original. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** More than any text is encoded in one another. */
const MOST_LEVELS = 8;

const ESCAPE =
  /(?:%[0-9a-fA-F]{2})+|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt]|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,4});/g;

const NAMED: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

/**
 * A text and what it says when the escapes of URIs, JSON and HTML in it are undone, again and
 * again: who prints a value may have encoded it, or only some of its characters, or twice.
 */
export function readingsOf(original: string): readonly Reading[] {
  const units = Array.from({ length: original.length }, (_, i) => i);
  const readings: Reading[] = [{ text: original, from: units, to: units.map((unit) => unit + 1) }];
  for (let level = 0; level < MOST_LEVELS; level++) {
    const last = readings.at(-1);
    const next = last && undone(last);
    if (next === undefined || next.text === last?.text) break;
    readings.push(next);
  }
  return readings;
}

function undone({ text, from, to }: Reading): Reading {
  const parts: string[] = [];
  const [starts, ends]: [number[], number[]] = [[], []];
  const copy = (begin: number, end: number): void => {
    parts.push(text.slice(begin, end));
    for (let unit = begin; unit < end; unit++) {
      starts.push(from[unit] ?? 0);
      ends.push(to[unit] ?? 0);
    }
  };
  let done = 0;
  for (const { 0: escape, index } of text.matchAll(ESCAPE)) {
    copy(done, index);
    done = index + escape.length;
    const meant = unescaped(escape);
    parts.push(meant);
    for (let unit = 0; unit < meant.length; unit++) {
      starts.push(from[index] ?? 0);
      ends.push(to[done - 1] ?? 0);
    }
  }
  copy(done, text.length);
  return { text: parts.join(''), from: starts, to: ends };
}

function unescaped(escape: string): string {
  if (escape.startsWith('%')) {
    const bytes = Uint8Array.from(escape.slice(1).split('%'), (hex) => Number.parseInt(hex, 16));
    const text = textOf(bytes);
    // What is no UTF-8 is from before it.
    return text.includes('\uFFFD') ? unitsOf(bytes) : text;
  }
  if (escape.startsWith('\\')) return JSON.parse(`"${escape}"`) as string;
  const [, hex, decimal] = /^&#(?:x([0-9a-f]+)|(\d+));$/i.exec(escape) ?? [];
  const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
  if (Number.isNaN(code)) return NAMED[escape] ?? escape;
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : escape;
}

/** The text that bytes spell in UTF-8, with U+FFFD for what spells none. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** A text with a character for each byte. */
export function unitsOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCodePoint(byte)).join('');
}
