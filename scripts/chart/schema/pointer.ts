import type { Json, JsonObject } from '../../json/json.ts';

/** The keys of the JSON pointer in a URI fragment (RFC 6901); undefined when it is none. */
export function pointerKeys(pointer: string): readonly string[] | undefined {
  if (pointer !== '' && !pointer.startsWith('/')) return undefined;
  try {
    return decodeURIComponent(pointer)
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return undefined;
  }
}

/** The reverse, for messages and as a name of the place. */
export function pointerOf(keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What a `$ref` of the form `#/a/b` leads to; undefined when it leads nowhere. */
export function follow(ref: string, root: JsonObject): Json | undefined {
  return pointerKeys(ref.slice(1))?.reduce<Json | undefined>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as JsonObject)[key] : undefined,
    root,
  );
}
