import { isMap, isSeq, YAMLParseError, type Document, type Node } from 'yaml';
import { ChartError } from '../errors.ts';
import { documentText } from './canonical.ts';
import { composeDocument, MOST_TOKENS, tokenBudget, type Place, type TokenBudget } from './compose.ts';
import { plainText } from './decode.ts';
import { lazyDocument } from './lazy-document.ts';
import { lineFinder } from './lines.ts';
import { aliasBudget, Expander, type AliasBudget } from './expand.ts';
import { apiGroup } from '../json/api-group.ts';
import type { Json } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import type { Manifest, Resource } from './manifest.ts';
import { objectOf } from './object.ts';
import { quickObject } from './quick.ts';
import { straightened } from './straight.ts';
import { splitDocuments, type Chunk } from './split.ts';
import { endOnce } from './trim-end.ts';

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
  try {
    return parseText(place, budget);
  } catch (error) {
    const text = isOpenQuote(error) ? straightened(place.text) : place.text;
    if (text === place.text) throw error;
    try {
      return parseText({ ...place, text }, budget);
    } catch (again) {
      // What is wrong apart from that is said; where the text is no better, the place where it began.
      throw again instanceof ChartError && again.code === 'PARSE_YAML' ? error : again;
    }
  }
}

function isOpenQuote(error: unknown): boolean {
  const cause = error instanceof ChartError ? error.cause : undefined;
  return cause instanceof YAMLParseError && cause.code === 'MISSING_CHAR';
}

function parseText(place: Place, budget: FileBudget): readonly Resource[] {
  const trimmed = { ...place, text: endOnce(place.text) };
  const quick = quickObject(trimmed.text);
  if (
    quick !== undefined &&
    quick.tokens <= Math.min(MOST_TOKENS, budget.tokens.left) &&
    !isList(quick.tree)
  ) {
    // oxlint-disable-next-line no-param-reassign -- a budget is there to be spent
    budget.tokens.left -= quick.tokens;
    const { tree } = quick;
    return tree === null ? [] : [resourceOf(trimmed, tree, () => lazyDocument(trimmed, Object.keys(tree)))];
  }
  const doc = composeDocument(trimmed, budget.tokens);
  const expander = new Expander(doc, trimmed, budget.aliases);
  const object = objectOf(doc.contents, expander);
  if (object === null) return [];
  const items = listItems(doc.contents, object);
  if (items === undefined) return [resourceOf(trimmed, object, () => composeDocument(trimmed))];
  const lineOf = lineFinder(trimmed.text);
  return items.flatMap((item) => {
    const text = typeOfItem(item, object) + documentText(item, expander);
    const line = place.line + lineOf(item.range?.[0] ?? 0) - 1;
    return parseOne({ file: place.file, line, text }, budget);
  });
}

/** `kind: List`, or a typed list as `kubectl get -o yaml` prints it. */
function isList(object: Json): boolean {
  if (!isObject(object) || typeof object['kind'] !== 'string') return false;
  return object['kind'].endsWith('List') && (Array.isArray(object['items']) || object['items'] === null);
}

function listItems(contents: Node | null, object: Json): readonly Node[] | undefined {
  if (!isList(object) || !isMap(contents)) return undefined;
  const items: unknown = contents.get('items', true);
  return isSeq(items) ? (items.items as readonly Node[]) : [];
}

/** What an item of a typed list leaves to it, as lines: the API server and kubectl take its kind from the list's. */
function typeOfItem(item: Node, list: Json): string {
  if (!isMap(item) || item.has('kind') || item.has('apiVersion') || !isObject(list)) return '';
  const { apiVersion, kind } = list;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === 'List') return '';
  return `apiVersion: ${JSON.stringify(apiVersion)}\nkind: ${JSON.stringify(kind.slice(0, -'List'.length))}\n`;
}

/** @param nodes makes them, the first time that they are asked for */
function resourceOf(place: Place, object: Json, nodes: () => Document): Resource {
  const where = `${place.file}:${place.line}`;
  if (!isObject(object))
    throw new ChartError('PARSE_OBJECT', `${where}: expected a map, found ${kindOf(object)}`);
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = isObject(metadata) ? metadata : {};
  let doc: Document | undefined;
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
      return (doc ??= nodes());
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

/** Kubernetes tells objects apart by group, kind, namespace and name; the version does not count. */
function refuseTwins(resources: readonly Resource[], file: string): void {
  const seen = new Map<string, number>();
  for (const { apiVersion, kind, namespace, name, line } of resources) {
    const identity = JSON.stringify([apiGroup(apiVersion), kind, namespace, name]);
    const first = seen.get(identity);
    if (first !== undefined) {
      throw new ChartError('PARSE_DUPLICATE', `${file}:${line}: ${kind} ${name} is already at line ${first}`);
    }
    seen.set(identity, line);
  }
}
