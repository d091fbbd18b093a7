import { isCollection, isNode, type Document, type Node } from 'yaml';
import { ChartError } from '../errors.ts';
import { composeDocument, type Place } from './compose.ts';
import { plainText } from './decode.ts';
import { lineFinder } from './lines.ts';
import { aliasBudget, Expander } from './expand.ts';
import type { Json } from '../json/json.ts';
import { objectOf } from './object.ts';
import { splitDocuments } from './split.ts';

/** A YAML file of one document. */
export interface YamlFile {
  /** Null when the file holds nothing but comments. */
  readonly data: Json;
  /** `file:line` of what stands at a path, or of the nearest above it that is there. */
  readonly placeOf: (path: readonly (string | number)[]) => string;
}

/**
 * Reads a YAML file of one document by the rules of {@link parseManifest}: as Kubernetes and
 * Helm read it, within the same limits, no key twice.
 *
 * @param file the name that messages show
 * @throws PARSE_ENCODING, PARSE_YAML, PARSE_LIMIT, PARSE_DUPLICATE, each with file and line
 */
export function parseYaml(text: string, file: string): YamlFile {
  const [chunk, second] = splitDocuments(plainText(text, file), file).filter(({ content }) => content);
  if (second !== undefined) {
    throw new ChartError('PARSE_YAML', `${file}:${second.line}: a second document, where one is expected`);
  }
  if (chunk === undefined) return { data: null, placeOf: () => `${file}:1` };
  const place: Place = { file, line: chunk.line, text: chunk.text };
  const doc = composeDocument(place);
  const lineOf = lineFinder(place.text);
  return {
    data: objectOf(doc.contents, new Expander(doc, place, aliasBudget())),
    placeOf: (path) => `${file}:${place.line + lineOf(nearestNode(doc, path)?.range?.[0] ?? 0) - 1}`,
  };
}

function nearestNode(doc: Document.Parsed, path: readonly (string | number)[]): Node | null {
  let nearest: Node | null = doc.contents;
  for (const key of path) {
    const child: unknown = isCollection(nearest) ? nearest.get(key, true) : undefined;
    if (!isNode(child)) break;
    nearest = child;
  }
  return nearest;
}
