/** Values that must never be printed. Filled the moment a secret is read. */
const secrets = new Set<string>();

/** Shorter strings would mask ordinary words; no registry issues tokens this short. */
const SHORTEST_SECRET = 4;

/** Registers a secret: from now on {@link mask} hides it, also base64- and URI-encoded. */
export function registerSecret(value: string): void {
  if (value.length < SHORTEST_SECRET) return;
  secrets.add(value);
  secrets.add(encodeURIComponent(value));
  secrets.add(Buffer.from(value).toString('base64'));
}

/** Replaces every registered secret in `text` by `***`, the longest first. */
export function mask(text: string): string {
  let masked = text;
  for (const secret of [...secrets].toSorted((a, b) => b.length - a.length)) {
    masked = masked.replaceAll(secret, '***');
  }
  return masked;
}
