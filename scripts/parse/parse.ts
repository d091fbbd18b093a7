import { isMap, isSeq, type Document, type Node } from 'yaml';
import { ChartError } from '../errors.ts';
import { documentText } from './canonical.ts';
import { composeDocument, placeAt, tokenBudget, type Place, type TokenBudget } from './compose.ts';
import { plainText } from './decode.ts';
import { aliasBudget, Expander, type AliasBudget } from './expand.ts';
import type { Json, JsonObject, Manifest, Resource } from './manifest.ts';
import { objectOf } from './object.ts';
import { splitDocuments, type Chunk } from './split.ts';

/**
 * Reads a manifest as kubectl and Helm do (sigs.k8s.io/yaml), and refuses what
 * they read differently or what is made to hurt. Time and memory grow with the
 * length of the text only. Empty documents are skipped, lists flattened.
 *
 * @param file the name that messages show
 * @throws PARSE_ENCODING, PARSE_YAML, PARSE_LIMIT, PARSE_DUPLICATE, PARSE_OBJECT, each with file and line
 */
export function parseManifest(text: string, file: string): Manifest {
  const { head, documents } = attachComments(splitDocuments(plainText(text, file), file));
  const budget: FileBudget = { aliases: aliasBudget(), tokens: tokenBudget() };
  const resources = documents.flatMap(({ text: own, line }) => parseOne({ file, line, text: own }, budget));
  if (resources.length === 0) {
    throw new ChartError('PARSE_OBJECT', `${file} holds no Kubernetes object`);
  }
  refuseTwins(resources, file);
  return { file, resources, ...(head !== '' && { head }) };
}

/** What all documents of a file may spend together. */
interface FileBudget {
  readonly aliases: AliasBudget;
  readonly tokens: TokenBudget;
}

/**
 * Comments in a document of their own: those in front of the first object are
 * the file's head, others move to the object that follows. The blank line
 * stands for `---`, so that line numbers stay right.
 */
function attachComments(chunks: readonly Chunk[]): {
  readonly head: string;
  readonly documents: readonly Chunk[];
} {
  const documents: Chunk[] = [];
  let head = '';
  let pending: Chunk | undefined;
  for (const chunk of chunks) {
    const joined =
      pending === undefined
        ? chunk
        : { ...chunk, text: `${pending.text}\n${chunk.text}`, line: pending.line };
    if (chunk.content) documents.push(joined);
    else if (documents.length === 0) head += chunk.text.replaceAll(/^\s*\n/gm, '');
    pending = chunk.content || documents.length === 0 || !chunk.text.includes('#') ? undefined : joined;
  }
  return { head, documents };
}

function parseOne(place: Place, budget: FileBudget): readonly Resource[] {
  const trimmed = { ...place, text: endOnce(place.text) };
  const doc = composeDocument(trimmed, budget.tokens);
  const expander = new Expander(doc, trimmed, budget.aliases);
  const object = objectOf(doc.contents, expander);
  if (object === null) return [];
  const items = listItems(doc.contents, object);
  if (items === undefined) return [resourceOf(trimmed, object)];
  return items.flatMap((item) => {
    const text = documentText(item, expander);
    return parseOne({ file: place.file, line: lineOf(item, trimmed), text }, budget);
  });
}

/** Blank lines at the end belong to no field, unless a block scalar keeps them (`|+`). */
function endOnce(text: string): string {
  return /[|>][1-9]?\+/.test(text) ? text : `${text.trimEnd()}\n`;
}

/** The items of `kind: List`, or of a typed list as `kubectl get -o yaml` prints it. */
function listItems(contents: Node | null, object: Json): readonly Node[] | undefined {
  if (!isObject(object) || typeof object['kind'] !== 'string' || !object['kind'].endsWith('List'))
    return undefined;
  if (!Array.isArray(object['items']) || !isMap(contents)) return undefined;
  const items: unknown = contents.get('items', true);
  return isSeq(items) ? (items.items as readonly Node[]) : undefined;
}

function lineOf(node: Node, place: Place): number {
  return Number(
    placeAt(place, node.range?.[0] ?? 0)
      .split(':')
      .at(-1),
  );
}

function resourceOf(place: Place, object: Json): Resource {
  const where = `${place.file}:${place.line}`;
  if (!isObject(object))
    throw new ChartError('PARSE_OBJECT', `${where}: expected a map, found ${kindOf(object)}`);
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = isObject(metadata) ? metadata : {};
  let doc: Document.Parsed | undefined;
  return {
    apiVersion: required(apiVersion, 'apiVersion', where),
    kind: required(kind, 'kind', where),
    name: required(name, 'metadata.name', where),
    // An empty namespace is none to Kubernetes.
    ...(namespace !== undefined &&
      namespace !== null &&
      namespace !== '' && { namespace: required(namespace, 'metadata.namespace', where) }),
    text: place.text,
    file: place.file,
    line: place.line,
    object,
    // Nodes take some fifty times the memory of their text: kept only for documents that are looked into.
    get doc() {
      return (doc ??= composeDocument(place));
    },
  };
}

function required(value: Json | undefined, field: string, where: string): string {
  if (typeof value === 'string' && value !== '') return value;
  const found = value === undefined ? 'it is missing' : `found ${kindOf(value)}`;
  throw new ChartError('PARSE_OBJECT', `${where}: the document's ${field} must be a string; ${found}`, {
    ...(typeof value !== 'object' &&
      value !== undefined && {
        hint: 'Put it in quotes: Kubernetes reads bare words like n or 123 otherwise.',
      }),
  });
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  return Array.isArray(value)
    ? 'a list'
    : typeof value === 'object'
      ? 'a map'
      : `the ${typeof value} ${String(value).slice(0, 40)}`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Kubernetes tells objects apart by group, kind, namespace and name; the version does not count. */
function refuseTwins(resources: readonly Resource[], file: string): void {
  const seen = new Map<string, number>();
  for (const { apiVersion, kind, namespace, name, line } of resources) {
    const group = apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
    const identity = JSON.stringify([group, kind, namespace, name]);
    const first = seen.get(identity);
    if (first !== undefined) {
      throw new ChartError('PARSE_DUPLICATE', `${file}:${line}: ${kind} ${name} is already at line ${first}`);
    }
    seen.set(identity, line);
  }
}
