import { Ajv } from 'ajv';
import { ChartError, messageOf } from '../../errors.ts';
import { parseJson } from '../../manifest/json.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import { freeName } from './hoist.ts';
import { follow, pointerKeys } from './pointer.ts';
import { DRAFT, fragmentOf, FRAGMENTS, refuseForeignRefs } from './refs.ts';
import { holdsSchemas, refsIn, schemasIn } from './walk.ts';

/** Where the authored schema stands in a chart project. */
export const SCHEMA_FILE = 'values.schema.json';

/** A folder that exists nowhere: fragments are resolved against it and read from the map. */
const VIRTUAL_ROOT = '/project/';

/**
 * Joins values.schema.json and the fragments it refers to into one
 * self-contained draft-07 schema, and lets it say so: Helm 4 takes a schema without `$schema`
 * for a later draft, and any Helm would resolve a relative `$ref` against the root of the file
 * system, and a remote one over the network at install time.
 *
 * @param files project files by relative path; nothing else can be reached
 * @throws SCHEMA_INVALID, PARSE_LIMIT
 */
export async function selfContainedSchema(files: ReadonlyMap<string, string>): Promise<JsonObject> {
  const fragments = [...files.keys()].filter((path) => path.startsWith(FRAGMENTS) && path.endsWith('.json'));
  const documents = new Map(
    [SCHEMA_FILE, ...fragments].map((path) => [path, parseFile(files, path)] as const),
  );
  refuseForeignRefs(documents);
  refuseInvalid(documents);
  const named = withNames(documents);
  const root = named.get(SCHEMA_FILE) ?? {};
  // The bundler is not loaded where there is nothing to bundle.
  if (refsIn(root).length === 0) return { $schema: DRAFT, ...root };
  const { bundle } = await import('@apidevtools/json-schema-ref-parser');
  const hidden = new Map<unknown, Json>();
  const bare = new Map([...named].map(([path, document]) => [path, withoutData(document, hidden)] as const));
  try {
    const bundled = await bundle(`${VIRTUAL_ROOT}${SCHEMA_FILE}`, bare.get(SCHEMA_FILE) as never, {
      resolve: {
        http: false,
        file: {
          order: 1,
          canRead: true,
          read: ({ url }: { readonly url: string }) =>
            JSON.stringify(bare.get(url.slice(VIRTUAL_ROOT.length))),
        },
      },
    });
    const whole = { $schema: DRAFT, ...withData(bundled, hidden) };
    // The bundler writes some odd names of definitions in a way that nobody can read.
    refuseForeignRefs(new Map([[SCHEMA_FILE, whole]]));
    return whole;
  } catch (cause) {
    if (cause instanceof ChartError) throw cause;
    throw new ChartError('SCHEMA_INVALID', `${SCHEMA_FILE}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * The documents with a definition for each part of a fragment that is referred to: the bundler writes
 * a fragment where it first meets it, and it takes `definitions` first.
 */
function withNames(documents: ReadonlyMap<string, JsonObject>): ReadonlyMap<string, JsonObject> {
  const root = documents.get(SCHEMA_FILE) ?? {};
  const own = isObject(root['definitions']) ? root['definitions'] : {};
  const named: Record<string, Json> = { ...own };
  const seen = new Set(Object.values(own).flatMap((one) => (isObject(one) ? [one['$ref']] : [])));
  const pending: (readonly [string, Json])[] = [[SCHEMA_FILE, root]];
  for (const [from, schema] of pending) {
    for (const ref of refsIn(schema)) {
      const { file, pointer } = fragmentOf(ref, from);
      const $ref = pointer === '' ? file : `${file}#${pointer}`;
      if (file === SCHEMA_FILE || seen.has($ref)) continue;
      seen.add($ref);
      const last = pointerKeys(pointer)?.at(-1) ?? file.replaceAll(/^.*\/|\.json$/g, '');
      named[freeName(last, named)] = { $ref };
      pending.push([file, follow(`#${pointer}`, documents.get(file) ?? {}) ?? true]);
    }
  }
  return new Map([...documents, [SCHEMA_FILE, { ...root, definitions: named }]]);
}

function refuseInvalid(documents: ReadonlyMap<string, JsonObject>): void {
  // To optimize code that runs once costs more than it saves.
  const ajv = new Ajv({ strict: false, logger: false, code: { optimize: false } });
  for (const [file, document] of documents) {
    if (ajv.validateSchema(document) === true) continue;
    const [error] = ajv.errors ?? [];
    throw new ChartError(
      'SCHEMA_INVALID',
      `${file}#${error?.instancePath} is no schema of draft-07: ${error?.message}`,
    );
  }
}

/**
 * A copy with a name in the place of every list and object that is no schema: the bundler
 * takes any `$ref` for a reference, also in a default or an enum.
 */
function withoutData(document: JsonObject, hidden: Map<unknown, Json>): JsonObject {
  const copy = structuredClone(document);
  for (const { schema } of schemasIn(copy)) {
    for (const [keyword, value] of Object.entries(schema)) {
      if (holdsSchemas(keyword) || typeof value !== 'object' || value === null) continue;
      const name = crypto.randomUUID();
      hidden.set(name, value as Json);
      (schema as Record<string, Json>)[keyword] = name;
    }
  }
  return copy;
}

function withData(schema: unknown, hidden: ReadonlyMap<unknown, Json>): JsonObject {
  return JSON.parse(JSON.stringify(schema), (_, value: Json) => hidden.get(value) ?? value) as JsonObject;
}

function parseFile(files: ReadonlyMap<string, string>, path: string): JsonObject {
  // Without an overlay all is derived.
  const data = parseJson(files.get(path) ?? '{}', path, 'SCHEMA_INVALID');
  if (isObject(data)) return data;
  throw new ChartError('SCHEMA_INVALID', `${path} holds no JSON object`);
}
