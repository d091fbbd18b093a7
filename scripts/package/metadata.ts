import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { asText, isObject, listOf, objectsIn } from '../json/tree.ts';
import { goJson } from '../json/go-json.ts';
import { sanitizeAll } from './sanitize.ts';

/** Members of Helm's chart.Metadata and of what it holds, in the order of the Go structs. */
const METADATA = [
  'name',
  'home',
  'sources',
  'version',
  'description',
  'keywords',
  'maintainers',
  'icon',
  'apiVersion',
  'condition',
  'tags',
  'appVersion',
  'deprecated',
  'annotations',
  'kubeVersion',
  'dependencies',
  'type',
] as const;
const MAINTAINER = ['name', 'email', 'url'] as const;
const DEPENDENCY = [
  'name',
  'version',
  'repository',
  'condition',
  'tags',
  'enabled',
  'import-values',
  'alias',
] as const;

/** A member that Go writes even when it is empty: its tag has no omitempty. */
const EVEN_EMPTY: Readonly<Record<string, string>> = { repository: '' };

/** Chart.yaml as data. */
export interface ChartMetadata extends JsonObject {
  readonly name: string;
  readonly version: string;
}

/**
 * Parses Chart.yaml as Helm does, which tidies every text but those of the annotations.
 *
 * @throws what {@link parseYaml} throws; PACKAGE_INVALID when it names no chart and version
 */
export function parseMetadata(chartYaml: string): ChartMetadata {
  return metadataOf(parseYaml(chartYaml, 'Chart.yaml').data);
}

/** {@link parseMetadata} of what is parsed already. */
export function metadataOf(data: unknown): ChartMetadata {
  if (isObject(data) && typeof data['name'] === 'string' && typeof data['version'] === 'string') {
    return sanitizeAll(data) as ChartMetadata;
  }
  throw new ChartError('PACKAGE_INVALID', 'Chart.yaml must state name and version as strings');
}

/**
 * The config blob of the OCI artifact: Helm's json.Marshal of the metadata, byte for
 * byte (measured against `helm push`): members in the order of the Go struct, empty ones
 * left out.
 */
export function configBlob(metadata: ChartMetadata): Uint8Array {
  const ordered = inOrder(metadata, METADATA, {
    maintainers: (item) => inOrder(item, MAINTAINER, {}),
    dependencies: (item) => inOrder(item, DEPENDENCY, {}),
    annotations: sorted,
  });
  return new TextEncoder().encode(goJson(ordered));
}

function inOrder(
  object: JsonObject,
  keys: readonly string[],
  inner: Readonly<Record<string, (item: JsonObject) => Json>>,
): JsonObject {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = object[key] ?? EVEN_EMPTY[key];
      if (value === undefined || (isZero(value) && !(key in EVEN_EMPTY))) return [];
      const convert = inner[key];
      return [[key, convert === undefined ? value : convertEach(value, convert)]];
    }),
  );
}

function convertEach(value: Json, convert: (item: JsonObject) => Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => (isObject(item) ? convert(item) : item));
  return isObject(value) ? convert(value) : value;
}

/** What Go's omitempty leaves out. */
function isZero(value: NonNullable<Json>): boolean {
  return value === '' || value === false || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** Go writes a map's keys sorted. */
function sorted(map: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The manifest's annotations as `helm push` writes them: OCI's own from the metadata, then
 * the chart's, which may not replace title and version.
 * Source: Helm, pkg/registry/chart.go, generateOCIAnnotations.
 *
 * @param created RFC 3339; Helm takes the archive's mtime, which no one can reproduce
 */
export function manifestAnnotations(
  metadata: ChartMetadata,
  created: string,
): Readonly<Record<string, string>> {
  const { name, version, description, home, sources, maintainers, annotations } = metadata;
  const authors = objectsIn(maintainers).map(author).join(', ');
  const [source] = listOf(sources);
  const oci = { title: name, version, description, url: home, source, authors, created };
  const own = Object.entries(oci).flatMap(([key, value]) =>
    typeof value === 'string' && value.trim() !== ''
      ? [[`org.opencontainers.image.${key}`, value] as const]
      : [],
  );
  const fixed = new Set(['org.opencontainers.image.title', 'org.opencontainers.image.version']);
  const chart = Object.entries(isObject(annotations) ? annotations : {}).filter(([key]) => !fixed.has(key));
  return sorted(Object.fromEntries([...own, ...chart])) as Readonly<Record<string, string>>;
}

function author({ name, email }: JsonObject): string {
  return typeof email === 'string' && email !== '' ? `${asText(name)} (${email})` : asText(name);
}
