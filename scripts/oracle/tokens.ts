/** A part of a text, and what stands there instead. */
export interface Filling {
  readonly token: string;
  /** Only where the token is not a part of a longer image reference. */
  readonly alone: boolean;
  readonly by: string;
}

/** A text with its tokens filled in, all at once: what is put in is not looked at again. */
export function withTokens(text: string, fillings: readonly Filling[]): string {
  let filled = '';
  let at = 0;
  while (at < text.length) {
    const next = fillings.find((filling) => standsAt(text, at, filling));
    filled += next === undefined ? text[at] : next.by;
    at += next?.token.length ?? 1;
  }
  return filled;
}

function standsAt(text: string, at: number, { token, alone }: Filling): boolean {
  if (!text.startsWith(token, at)) return false;
  return !alone || (beginsAt(text, at) && endsAt(text, at + token.length));
}

const NAME = /[A-Za-z0-9]/;

/** A reference begins behind what no reference holds, behind a scheme, or behind an escaped line break or tab. */
function beginsAt(text: string, at: number): boolean {
  const before = text.slice(0, at);
  if (before.endsWith('//') || ['n', 'r', 't'].some((letter) => before.endsWith(`\\${letter}`))) return true;
  return !NAME.test(before.at(-1) ?? '') && !['.', '_', '-', '/'].includes(before.at(-1) ?? '');
}

/** It goes on as long as punctuation of references leads to another letter or digit. */
function endsAt(text: string, end: number): boolean {
  let at = end;
  while ('-._:/@'.includes(text[at] ?? ' ')) at += 1;
  // An underscore is punctuation and letter.
  return !NAME.test(text[at] ?? '') && !text.slice(end, at).includes('_');
}
