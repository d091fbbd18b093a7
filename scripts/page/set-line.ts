import type { Json, JsonObject } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import { shellWord } from '../json/shell-word.ts';

/**
 * Values as flags of `helm install`, each a word of a POSIX shell: `--set` for what Helm reads as it is
 * meant, `--set-string` for a text that it would take for a number or a boolean, `--set-json` for
 * what is empty or has structure that the other two cannot say.
 * Source: helm.sh/docs/intro/using_helm, "The Format and Limitations of --set".
 */
export function setFlags(values: JsonObject): string {
  return Object.entries(values)
    .flatMap(([key, value]) => flagsOf(escapeKey(key), value))
    .join(' ');
}

function flagsOf(path: string, value: Json): readonly string[] {
  if (isObject(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, inner]) => flagsOf(`${path}.${escapeKey(key)}`, inner));
  if (typeof value === 'string')
    return [`${TYPED.test(value) ? '--set-string' : '--set'} ${shellWord(`${path}=${escapeValue(value)}`)}`];
  // Of numbers `--set` reads whole ones only; the rest it takes for text.
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value)))
    return [`--set ${shellWord(`${path}=${value}`)}`];
  return [`--set-json ${shellWord(`${path}=${JSON.stringify(value)}`)}`];
}

/** What `--set` takes for something else than a text. */
const TYPED = /^(?:true|false|null|[-+]?[\d_.xobXOB]+(?:[eE][-+]?\d+)?|0[xX][\da-fA-F]+|)$/;

function escapeKey(key: string): string {
  return key.replaceAll(/[\\.,=[\]]/g, String.raw`\$&`);
}

/** A leading `{` would begin a list. */
function escapeValue(text: string): string {
  return text.replaceAll(/[\\,]|^\{/g, String.raw`\$&`);
}
