/** Values that must never be printed. Filled the moment a secret is read. */
const secrets = new Set<string>();

/** Shorter strings would mask ordinary words; no registry issues tokens this short. */
const SHORTEST_SECRET = 4;

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** Registers a secret: from now on {@link mask} hides it, also as base64, URIs, JSON and HTML write it. */
export function registerSecret(value: string): void {
  if (value.length < SHORTEST_SECRET) return;
  const bytes = Buffer.from(value);
  const base64 = bytes.toString('base64');
  // Via bytes, since half a surrogate pair has no URI.
  const forms = [bytes.toString(), base64, base64.replaceAll('=', ''), bytes.toString('base64url')];
  for (const form of forms) {
    secrets.add(form);
    const escaped = encodeURIComponent(form);
    secrets.add(escaped);
    secrets.add(escaped.replaceAll(/%../g, (code) => code.toLowerCase()));
    // A query writes a blank as +.
    secrets.add(new URLSearchParams({ _: form }).toString().slice('_='.length));
  }
  secrets.add(value);
  const json = JSON.stringify(value).slice(1, -1);
  secrets.add(json);
  // As Go writes JSON, and as its templates, and so Gitea's pages, write HTML.
  secrets.add(json.replaceAll(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`));
  secrets.add(value.replaceAll(/[&<>"']/g, (sign) => HTML[sign] ?? sign));
}

/** Replaces every registered secret in `text` by `***`, the longest first. */
export function mask(text: string): string {
  let masked = text;
  for (const secret of [...secrets].toSorted((a, b) => b.length - a.length)) {
    masked = masked.replaceAll(secret, '***');
  }
  return masked;
}
