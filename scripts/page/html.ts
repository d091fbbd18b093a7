import { sha256 } from '@noble/hashes/sha2.js';
import { DATA_ID, type PageData } from './data.ts';

/** The page's own program and style, compiled. */
export interface PageAssets {
  readonly code: string;
  readonly style: string;
}

/**
 * The page as one file. It asks nothing of any network, and is told so: the policy lets run this one
 * program, by its digest, and nothing else; no text of a manifest can become a part of it.
 */
export function pageHtml({ code, style }: PageAssets, data: PageData): string {
  const { name, version } = data.recipe.chart;
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${base64(sha256(new TextEncoder().encode(code)))}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(`${name} ${version} – review`)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<noscript><p>This review is a program: please let it run.</p></noscript>',
    `<script type="application/json" id="${DATA_ID}">${scriptJson(data)}</script>`,
    `<script>${code}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** JSON in which nothing ends the element that holds it, or begins a comment in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
