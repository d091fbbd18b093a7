import { posix } from 'node:path';
import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../parse/manifest.ts';
import { isObject } from '../templatize/tree.ts';

/** Where the fragments of the schema stand in a chart project. */
export const FRAGMENTS = 'templates/schema/';

/**
 * Refuses every `$ref` that is not into one of the documents: another file, an address, an
 * absolute path, a place that is not there. Helm would look for it on the user's machine.
 *
 * @param documents the schema and its fragments by relative path
 * @throws SCHEMA_INVALID with the file and the ref
 */
export function refuseForeignRefs(documents: ReadonlyMap<string, JsonObject>): void {
  for (const [file, document] of documents) {
    for (const ref of refsIn(document)) {
      const [path = '', pointer = ''] = ref.split('#');
      const target = path.startsWith('/') ? undefined : documents.get(targetOf(file, path));
      if (target === undefined) {
        throw new ChartError(
          'SCHEMA_INVALID',
          `${file} refers to ${ref}, which is not a file of ${FRAGMENTS}`,
        );
      }
      if (!isThere(target, pointer)) {
        throw new ChartError(
          'SCHEMA_INVALID',
          `${file} refers to ${ref}, and there is nothing at ${pointer}`,
        );
      }
    }
  }
}

function targetOf(file: string, path: string): string {
  return path === '' ? file : posix.join(posix.dirname(file), path);
}

function refsIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => refsIn(item));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? [item] : refsIn(item),
  );
}

/** Whether a JSON pointer leads somewhere. */
function isThere(document: Json, pointer: string): boolean {
  const [before, ...tokens] = pointer.split('/');
  const found = tokens.reduce<unknown>((node, token) => {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof node === 'object' && node !== null ? (node as JsonObject)[key] : undefined;
  }, document);
  return before === '' && found !== undefined;
}
