/** The last of {@link UNREADABLE}. */
const SEPARATORS = '\u2028\u2029\ufeff\ufffe\uffff';

/** What YAML cannot hold or its readers do not agree on, inside a class: Helm 4 renders what has one as nothing. */
const UNREADABLE = String.raw`\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f` + SEPARATORS;

/** White space that YAML writes without quotes, inside a class. */
const WIDE_SPACE = '\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000';

/** A text that reaches the cluster as it is. Helm cuts empty lines and wide spaces off the end of a document. */
export const TEXT = `^([^${UNREADABLE}]*[^\\n${UNREADABLE}${WIDE_SPACE}]\\n?)?$`;

/** The key of a map that does. Helm writes `<<` without quotes, and then reads it as a merge. */
export const KEY = `^(<?([^<${UNREADABLE}][^${UNREADABLE}]*)?|<<[^${UNREADABLE}]+)$`;

/** A class that names what it does not take, all of the above and line breaks among it. */
const READABLE_CLASS = /\[\^[^\]]*\\x00-\\x1f[^\]]*\]/g;

/**
 * Whether a pattern takes only what {@link TEXT} does: it is anchored on both sides and takes printable ASCII,
 * or by a class what is readable in a line. That is enough for the patterns that people write.
 */
export function isReadable(pattern: string): boolean {
  const readable = pattern.replaceAll(READABLE_CLASS, (found) =>
    found.includes(String.raw`\x7f-\x9f` + SEPARATORS + WIDE_SPACE) ? 'x' : found,
  );
  const plain = readable.replaceAll(/\\[^a-zA-Z0-9]/g, 'x');
  if (!/^\^[\x20-\x7e]*\$$/.test(plain)) return false;
  const inner = plain.slice(1, -1);
  const withoutClasses = inner.replaceAll(/\[[^\]^][^\]]*\]/g, 'x');
  return !/[.^$\\[]/.test(withoutClasses) && !inner.includes('\\') && !hasOpenChoice(withoutClasses);
}

function hasOpenChoice(pattern: string): boolean {
  let depth = 0;
  for (const character of pattern) {
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === '|' && depth === 0) return true;
  }
  return false;
}
