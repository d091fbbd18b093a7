import { nearest } from './nearest.ts';
import type { Entry, ImageEntry, TokenEntry } from './entry.ts';

/** An entry whose value stands for a part of the field's text; several may share a field. */
export type PartEntry = TokenEntry | (ImageEntry & { readonly token: string });

export function isPart(entry: Entry): entry is PartEntry {
  return entry.form === 'token' || (entry.form === 'image' && entry.token !== undefined);
}

/**
 * What may stand before and behind a reference that is not a part of a longer one: `a:1` is none of
 * `b/a:1`, `a:1.2` or `a:1@sha256:…`. `//` ends a scheme, and a letter behind a backslash is an escape.
 */
const BEFORE = String.raw`(?:(?<![A-Za-z0-9._/-])|(?<=//)|(?<=\\[nrt]))`;
const BEHIND = String.raw`(?![-._:/@]*[A-Za-z0-9_])`;

/** A regular expression of the places of a text where a token stands; an image's only by itself. */
export function tokenPattern(entry: PartEntry): string {
  const token = entry.token.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  return entry.form === 'token' ? token : `${BEFORE}${token}${BEHIND}`;
}

/** Whether a field's text holds an entry's token. */
export function holdsToken(entry: PartEntry, text: unknown): boolean {
  return typeof text === 'string' && new RegExp(tokenPattern(entry)).test(text);
}

const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const HOST = String.raw`(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?=:\d))(?::\d+)?`;
const DIGEST = '@sha256:[0-9a-f]{64}';
const TAG = '[A-Za-z0-9_][A-Za-z0-9._-]{0,126}[A-Za-z0-9_]|[A-Za-z0-9_]';
/** With a registry any tag will do; without one, what is a version: `key/name:value` is no image. */
const REFERENCE = new RegExp(
  `(?:(?<![A-Za-z0-9._/:@\\\\-])|(?<=\\\\[nrt]))(?:${HOST}(?:/${PART})+(?::(?:${TAG})(?:${DIGEST})?|${DIGEST})|${PART}(?:/${PART})+(?::v?\\d(?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_])?(?:${DIGEST})?|${DIGEST}))${BEHIND}`,
  'g',
);

/**
 * The images that a text names, found by their form: `registry/repository:tag`, or with a digest; without
 * a registry only where the tag is a version. What is behind `//` is an address and none.
 */
export function imagesIn(text: string): readonly string[] {
  // Most texts are long and have none.
  return text.includes('/') ? [...new Set(text.match(REFERENCE) ?? [])] : [];
}

/** What a message says of a text without its token: the image that comes nearest. */
export function instead(entry: PartEntry, text: unknown): string {
  const found = typeof text === 'string' ? imagesIn(text) : [];
  const guess = entry.form === 'image' ? nearest(entry.token, found) : undefined;
  return `does not hold ${entry.token}${guess === undefined ? '' : `; the nearest is ${guess}`}`;
}
