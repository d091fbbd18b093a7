import { bundle } from '@apidevtools/json-schema-ref-parser';
import { posix } from 'node:path';
import { ChartError, messageOf } from '../errors.ts';
import type { JsonObject } from '../parse/manifest.ts';

/** Where the authored schema stands in a chart project, and where its fragments do. */
export const SCHEMA_FILE = 'values.schema.json';
const FRAGMENTS = 'templates/schema/';

/** A folder that exists nowhere: fragments are resolved against it and read from the map. */
const VIRTUAL_ROOT = '/project/';

/**
 * Bundles values.schema.json and the fragments it refers to into one
 * self-contained draft-07 schema: Helm would resolve a relative `$ref` against
 * the root of the file system, and a remote one over the network at install time.
 *
 * @param files project files by relative path; nothing else can be reached
 * @throws SCHEMA_INVALID
 */
export async function bundleSchema(files: ReadonlyMap<string, string>): Promise<JsonObject> {
  const root = parseFile(files, SCHEMA_FILE);
  try {
    const bundled = await bundle(`${VIRTUAL_ROOT}${SCHEMA_FILE}`, definitionsFirst(root), {
      resolve: {
        http: false,
        file: {
          order: 1,
          canRead: true,
          read: ({ url }: { readonly url: string }) => readFragment(files, url),
        },
      },
    });
    return reorder(bundled as unknown as JsonObject, Object.keys(root));
  } catch (cause) {
    if (cause instanceof ChartError) throw cause;
    throw new ChartError('SCHEMA_INVALID', `${SCHEMA_FILE}: ${messageOf(cause)}`, { cause });
  }
}

/** The bundler writes a fragment where it first meets it: under `definitions`, if they come first. */
function definitionsFirst(root: JsonObject): never {
  return reorder(root, ['definitions', ...Object.keys(root)]) as never;
}

function reorder(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    [...new Set(keys)].flatMap((key) => (key in object ? [[key, object[key] ?? null]] : [])),
  );
}

function readFragment(files: ReadonlyMap<string, string>, url: string): string {
  const path = posix.relative(VIRTUAL_ROOT, posix.normalize(url));
  const text = path.startsWith(FRAGMENTS) ? files.get(path) : undefined;
  if (text === undefined) {
    throw new ChartError(
      'SCHEMA_INVALID',
      `${SCHEMA_FILE} refers to ${path}, which is not a file of ${FRAGMENTS}`,
    );
  }
  return text;
}

function parseFile(files: ReadonlyMap<string, string>, path: string): JsonObject {
  const text = files.get(path);
  if (text === undefined) throw new ChartError('SCHEMA_INVALID', `The project has no ${path}`);
  try {
    return JSON.parse(text) as JsonObject;
  } catch (cause) {
    throw new ChartError('SCHEMA_INVALID', `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}
