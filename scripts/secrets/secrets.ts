import { readingsOf, textOf, unitsOf } from './escapes.ts';

/** Values that must never be printed. Filled the moment a secret is read. */
const secrets = new Set<string>();

/** Shorter strings would mask ordinary words; no registry issues tokens this short. */
const SHORTEST_SECRET = 4;

/** Registers a secret: from now on {@link mask} hides it, also in base64 and however it is escaped. */
export function registerSecret(value: string): void {
  // A password may have come percent-encoded, as part of a URL.
  for (const { text } of readingsOf(value)) {
    const bytes = new TextEncoder().encode(text);
    const base64 = btoa(unitsOf(bytes));
    const bare = base64.replaceAll('=', '');
    const urlSafe = bare.replaceAll('+', '-').replaceAll('/', '_');
    const forms = [text, textOf(bytes), base64, bare, urlSafe];
    // A query writes a blank as +.
    for (const form of [...forms, text.replaceAll(' ', '+')])
      if (form.length >= SHORTEST_SECRET) secrets.add(form);
  }
}

/**
 * Registers what may be a password in a text that was meant as a URL or the name of a registry,
 * however malformed: it may stand in a message before anybody has found out what is wrong with it.
 */
export function registerCredentials(text: string): void {
  for (const { text: read } of readingsOf(text)) {
    const before = read.slice(0, Math.max(withoutDigest(read).lastIndexOf('@'), 0));
    const scheme = /[a-z][a-z0-9+.-]*:[\\/]+/i.exec(before);
    const info = scheme === null ? before : before.slice(scheme.index + scheme[0].length);
    // Without a scheme and a colon it is the name of something else.
    if (scheme === null && !info.includes(':')) continue;
    registerSecret(info);
    for (const { index } of info.matchAll(/:/g)) registerSecret(info.slice(index + 1));
  }
}

/** Whether a text has a user or a password in it, as a URL has them, before an @; that of a digest is none. */
export function holdsCredentials(text: string): boolean {
  return readingsOf(text).some((reading) => withoutDigest(reading.text).includes('@'));
}

/** Replaces every registered secret in `text` by `***`. */
export function mask(text: string): string {
  if (secrets.size === 0) return text;
  const hidden = readingsOf(text).flatMap((reading) =>
    [...secrets].flatMap((secret) => spansOf(secret, reading)),
  );
  let masked = '';
  let done = 0;
  for (const [from, to] of hidden.toSorted((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (from >= done) masked += `${text.slice(done, from)}***`;
    done = Math.max(done, to);
  }
  return masked + text.slice(done);
}

/** Where the original spells a secret. */
function spansOf(secret: string, { text, from, to }: ReturnType<typeof readingsOf>[number]) {
  const spans: (readonly [from: number, to: number])[] = [];
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + secret.length))
    spans.push([from[at] ?? 0, to[at + secret.length - 1] ?? 0]);
  return spans;
}

function withoutDigest(text: string): string {
  return text.replace(/@sha\d+:[0-9a-z]*$/i, '');
}
