/**
 * Text in which nothing is hidden and nothing does anything to a terminal: control characters, those that
 * turn the direction of writing, and spaces that look like another are escaped. Who made the other side may be anybody.
 */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// oxlint-disable-next-line no-control-regex
const HIDDEN = /[\u0000-\u001f\u007f-\u00a0\u061c\u2000-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
