import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { byBytes } from '../json/by-bytes.ts';
import { goJson } from '../json/go-json.ts';
import type { Json } from '../json/json.ts';
import { asText, getPath, isObject } from '../json/tree.ts';
import { stemOf, type EntryOf } from '../recipe/entry.ts';
import type { Use } from './context.ts';
import { imageReference } from './image-value.ts';

/**
 * The field's text, and behind it eight digits of the sha256 of a JSON list: the digest of the object that
 * upstream has, then the values in their order, an image as its reference.
 */
export function nameOfContent({ entry, upstream, whole, context }: Use<EntryOf<'checksum'>>): Json {
  if (getPath(context.values, entry.path) !== true) return upstream ?? null;
  const values = [entry.of].flat().map((path): Json => {
    const other = context.recipe.entries.find((one) => one.path === path);
    if (other?.form === 'image') return imageReference(other, context.values);
    return getPath(context.values, path) ?? null;
  });
  const content = sorted([digestOf(JSON.stringify(whole)), ...values]);
  return `${stemOf(asText(upstream))}-${digestOf(content).slice(0, 8)}`;
}

function digestOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** JSON on one line with its keys in order, as Helm's toJson has it. */
function sorted(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => sorted(item)).join(',')}]`;
  if (!isObject(value)) return goJson(value);
  const keys = Object.keys(value).toSorted(byBytes);
  return `{${keys.map((key) => `${goJson(key)}:${sorted(value[key] ?? null)}`).join(',')}}`;
}
