import { bundle } from '@apidevtools/json-schema-ref-parser';
import { posix } from 'node:path';
import { ChartError, messageOf } from '../errors.ts';
import type { JsonObject } from '../parse/manifest.ts';
import { isObject } from '../templatize/tree.ts';
import { FRAGMENTS, refuseForeignRefs } from './schema-refs.ts';

/** Where the authored schema stands in a chart project. */
export const SCHEMA_FILE = 'values.schema.json';

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
  const fragments = [...files.keys()].filter((path) => path.startsWith(FRAGMENTS) && path.endsWith('.json'));
  const documents = new Map([
    [SCHEMA_FILE, root],
    ...fragments.map((path) => [path, parseFile(files, path)] as const),
  ]);
  refuseForeignRefs(documents);
  try {
    // The bundler writes a fragment where it first meets it: under `definitions`, which it takes first.
    const bundled = await bundle(`${VIRTUAL_ROOT}${SCHEMA_FILE}`, root as never, {
      resolve: {
        http: false,
        file: {
          order: 1,
          canRead: true,
          read: ({ url }: { readonly url: string }) =>
            JSON.stringify(documents.get(posix.relative(VIRTUAL_ROOT, url))),
        },
      },
    });
    return bundled as unknown as JsonObject;
  } catch (cause) {
    throw new ChartError('SCHEMA_INVALID', `${SCHEMA_FILE}: ${messageOf(cause)}`, { cause });
  }
}

function parseFile(files: ReadonlyMap<string, string>, path: string): JsonObject {
  const text = files.get(path);
  if (text === undefined) throw new ChartError('SCHEMA_INVALID', `The project has no ${path}`);
  const data = parseJson(text, path);
  if (isObject(data)) return data;
  throw new ChartError('SCHEMA_INVALID', `${path} holds no JSON object`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ChartError('SCHEMA_INVALID', `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}
