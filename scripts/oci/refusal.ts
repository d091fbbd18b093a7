import { stripVTControlCharacters } from 'node:util';
import { ChartError } from '../errors.ts';
import { displayUrl } from '../http/url.ts';
import { mask } from '../secrets/secrets.ts';
import type { Answer } from '../http/wire.ts';

/** What was asked, for the message. */
interface Asked {
  readonly method: string;
  readonly url: URL;
  /** Where credentials came from; undefined without any. */
  readonly login: string | undefined;
  /** The repository that is written to. */
  readonly writes?: string;
}

const LONGEST_QUOTE = 300;

/**
 * An answer with an unwanted status as an error for people: what was asked, the status,
 * the registry's own words, and what to do where the status tells.
 */
export function refusal(answer: Answer, asked: Asked): ChartError {
  const words = wordsOf(answer);
  const away = answer.url.origin === asked.url.origin ? '' : `, redirected to ${displayUrl(answer.url)}`;
  const message = `${asked.method} ${displayUrl(asked.url)}${away}: answered ${answer.status}${words === '' ? '' : `: ${words}`}`;
  const denied = answer.status === 401 || answer.status === 403;
  if (denied && away === '') return denial(message, { ...asked, words }, answer);
  const owner = asked.writes?.split('/')[0];
  // Measured: Gitea's answer for a missing owner is plain text, all its others are JSON.
  if (answer.status === 404 && owner !== undefined && words === 'Not found.') {
    return new ChartError(
      'REGISTRY_DENIED',
      `${message}\n  the owner ${JSON.stringify(owner)} does not exist on this Gitea or the token may not write to it`,
      { hint: `Create the user or organisation ${owner}, or correct the owner in oci://HOST/OWNER.` },
    );
  }
  const hint = hintFor(answer, words);
  return new ChartError('REGISTRY_ANSWER', message, hint === undefined ? {} : { hint });
}

function denial(
  message: string,
  asked: Asked & { readonly words: string },
  { status, withCredentials }: Answer,
): ChartError {
  const { login, writes, words } = asked;
  if (login !== undefined && withCredentials === false) {
    return new ChartError('REGISTRY_DENIED', `${message}\n  asked without the credentials of ${login}`, {
      hint: 'Credentials go only to the host that they were given for, when it asks for them: check the address.',
    });
  }
  const who = login === undefined ? 'asked without credentials' : `asked with the credentials of ${login}`;
  const hint =
    login === undefined
      ? 'Give credentials: GITEA_TOKEN, REGISTRY_USERNAME and REGISTRY_PASSWORD, or docker login.'
      : writes === undefined
        ? 'Check that they are right and that they may read this repository.'
        : writeHint(status, words);
  return new ChartError('REGISTRY_DENIED', `${message}\n  ${who}`, { hint });
}

/** Measured on Gitea 1.26: 401 and this word for a token or a team that only reads; 403 and no word at a limit. */
function writeHint(status: number, words: string): string {
  const may = 'in Gitea: a token with write:package, of a user who owns it or whose team may write packages';
  if (status === 401 && words === 'reqPackageAccess') return `They may read here, but not write (${may}).`;
  if (status === 403 && words === '')
    return 'Check that they may write this repository. In Gitea a 403 without a word is a limit that is reached: LIMIT_TOTAL_OWNER_SIZE or LIMIT_SIZE_CONTAINER in [packages].';
  return `Check that they are right and that they may write this repository (${may}).`;
}

function hintFor({ status, header }: Answer, words: string): string | undefined {
  if (status === 413)
    return 'A proxy in between limits bodies (nginx: client_max_body_size); raise its limit.';
  const pause = header('retry-after');
  if (status === 429 || (status >= 500 && pause !== undefined))
    return `The registry wants a pause (Retry-After: ${pause ?? 'not said'}); more than a minute is not waited.`;
  if (words === HTML_PAGE)
    return 'A web page answered in place of the registry: check host, port and any proxy.';
  return undefined;
}

const HTML_PAGE = 'an HTML page';

/** The body in few words: the spec's error list (distribution-spec, "Error Codes"), or its text. */
function wordsOf({ bytes, header }: Answer): string {
  const text = new TextDecoder().decode(bytes).trim();
  if (text === '') return '';
  if (/^\s*(?:<!doctype|<html)/i.test(text) || header('content-type')?.includes('text/html') === true)
    return HTML_PAGE;
  const words = errorList(text).map(({ code, message }) => [code, message].filter(Boolean).join(': '));
  return plain(words.length > 0 ? words.join('; ') : text);
}

function errorList(text: string): readonly { readonly code: string; readonly message: string }[] {
  try {
    const { errors } = JSON.parse(text) as { readonly errors?: unknown };
    if (!Array.isArray(errors)) return [];
    return errors.map((error: { readonly code?: unknown; readonly message?: unknown } | null) => ({
      code: String(error?.code ?? ''),
      message: String(error?.message ?? ''),
    }));
  } catch {
    return [];
  }
}

/** Servers write what they like, even back what they were sent: one line, no terminal sequences, no secret, not endless. */
function plain(text: string): string {
  const line = stripVTControlCharacters(mask(text)).replaceAll(/[\s\p{Cc}]+/gu, ' ');
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}
