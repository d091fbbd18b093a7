import { ChartError } from '../errors.ts';
import { isDigest } from '../recipe/reference.ts';
import { jsonObject } from './json.ts';
import { isIndex, isManifest, OCI_INDEX, OCI_MANIFEST } from './media-types.ts';
import type { Descriptor, Platform } from './store.ts';

/** The largest manifest that registries accept, by the distribution spec's recommendation. */
export const LARGEST_MANIFEST = 4 * 1024 * 1024;

/** The members of a manifest or an index that lead to other content (image-spec v1.1). */
export interface ManifestJson {
  readonly mediaType?: unknown;
  readonly artifactType?: unknown;
  readonly annotations?: unknown;
  readonly config?: unknown;
  readonly layers?: unknown;
  readonly manifests?: unknown;
  readonly subject?: unknown;
  readonly fsLayers?: unknown;
}

/**
 * The descriptors that a manifest or an index names, in its order, and its subject last. A document
 * that could be read in two ways is refused: who reads it the other way would miss content.
 *
 * @param mediaType what the document is said to be, by its descriptor
 * @param where for the message
 * @throws OCI_MANIFEST when it is not that, or names content in a place for another kind
 */
export function childrenOf(bytes: Uint8Array, mediaType: string, where: string): readonly Descriptor[] {
  const json = manifestJson(bytes, where);
  const own = typeOf(json, where);
  if (own !== mediaType) throw refusal(`${where} is described as ${mediaType}, but it is ${own}`);
  const inside = isIndex(own)
    ? manifestsIn(json, where)
    : [json.config, ...listIn(json, 'layers', where)].map((item) => descriptorOf(item, where));
  for (const child of inside) refuseKind(child, isIndex(own), where);
  if (isNothing(json.subject)) return inside;
  const subject = descriptorOf(json.subject, where);
  refuseKind(subject, true, where);
  return [...inside, subject];
}

/**
 * The media type of a document: what it states, else what its members show. Docker's documents
 * always state it.
 *
 * @param served what the registry calls it, when it says so
 * @throws OCI_MANIFEST when members, statement and registry do not agree
 */
export function mediaTypeOf(bytes: Uint8Array, served: string | undefined, where: string): string {
  const own = typeOf(manifestJson(bytes, where), where);
  // Many call it application/json or octets, which says nothing.
  if (served !== undefined && served !== own && served.startsWith('application/vnd.'))
    throw refusal(`${where} is served as ${served}, but it is ${own}`);
  return own;
}

/** The entries of an index, of any media type. Throws OCI_MANIFEST. */
export function entriesOf(bytes: Uint8Array, where: string): readonly Descriptor[] {
  const json = manifestJson(bytes, where);
  if (!isIndex(typeOf(json, where))) throw refusal(`${where} is no index`);
  return manifestsIn(json, where);
}

/** A document with the members by which it is a manifest or an index. Throws OCI_MANIFEST. */
export function manifestJson(bytes: Uint8Array, where: string): ManifestJson {
  const json = jsonObject(bytes, (reason) => refusal(`${where} ${reason}`));
  refuseLookalikes(json, DOCUMENT, where);
  return json;
}

/** `os/architecture[/variant]`. */
export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}

/** One document as an index and as a manifest would lead each reader to other content (GHSA-mc8v-mgrf-8f4m). */
function typeOf(json: ManifestJson, where: string): string {
  const { mediaType } = json;
  const [lists, holds] = [!isNothing(json.manifests), !(isNothing(json.config) && isNothing(json.layers))];
  if (lists && holds) throw refusal(`${where} is an index (manifests) and a manifest (config or layers)`);
  if (!isNothing(json.fsLayers)) throw refusal(`${where} is a manifest of schema 1, which is out of use`);
  const shown = lists ? OCI_INDEX : OCI_MANIFEST;
  if (isNothing(mediaType)) return shown;
  if (typeof mediaType !== 'string' || !isManifest(mediaType))
    throw refusal(`${where} states the media type ${quote(mediaType)}, which is of no manifest`);
  if (isIndex(mediaType) === lists || !(lists || holds)) return mediaType;
  throw refusal(`${where} states the media type ${mediaType}, but its members are of ${shown}`);
}

function manifestsIn(json: ManifestJson, where: string): readonly Descriptor[] {
  return listIn(json, 'manifests', where).map((item) => descriptorOf(item, where));
}

/** A list that may be missing or, as Go writes an empty one, null. */
function listIn(json: ManifestJson, name: 'layers' | 'manifests', where: string): readonly unknown[] {
  const value = json[name];
  if (isNothing(value)) return [];
  if (Array.isArray(value)) return value;
  throw refusal(`${where}: ${name} is no list`);
}

function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/**
 * Registries keep manifests apart from blobs, and what a type that nobody knows leads to cannot be
 * known either.
 */
function refuseKind({ mediaType, digest }: Descriptor, manifest: boolean, where: string): void {
  if (isManifest(mediaType) === manifest) return;
  const place = manifest ? 'a manifest' : 'a config or a layer';
  throw refusal(`${where} names ${digest} as ${place}, of the type ${mediaType}`);
}

function descriptorOf(value: unknown, where: string): Descriptor {
  // A null is nothing to Go, in which registries and runtimes are written.
  const given = typeof value === 'object' ? Object.entries(value ?? {}) : [];
  const members = Object.fromEntries(given.filter(([, member]) => member !== null));
  refuseLookalikes(members, DESCRIPTOR, where);
  const { mediaType, digest, size, platform, annotations } = members;
  if (
    typeof mediaType === 'string' &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    Number.isSafeInteger(size) &&
    Number(size) >= 0 &&
    isPlatform(platform) &&
    (annotations === undefined || typeof annotations === 'object')
  ) {
    // Its other members stay as they are.
    return members as unknown as Descriptor;
  }
  throw refusal(`${where} names ${quote(value)}, which is no descriptor with a sha256 digest`);
}

function isPlatform(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { os, architecture, variant = '' } = value as Readonly<Record<string, unknown>>;
  return [os, architecture, variant ?? ''].every((part) => typeof part === 'string');
}

const DOCUMENT = ['mediaType', 'artifactType', 'config', 'layers', 'manifests', 'subject', 'fsLayers'];
const DESCRIPTOR = ['mediaType', 'digest', 'size', 'platform'];

/** Go reads `Layers` as `layers`, and so it would find what is not seen here. */
function refuseLookalikes(json: object, names: readonly string[], where: string): void {
  const fold = (name: string): string => name.toUpperCase().toLowerCase();
  const known = new Map(names.map((name) => [fold(name), name]));
  const other = Object.keys(json).find((name) => (known.get(fold(name)) ?? name) !== name);
  if (other === undefined) return;
  throw refusal(`${where} has a member ${quote(other)} beside those of the specification`);
}

const LONGEST_QUOTE = 200;

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}

function refusal(message: string): ChartError {
  return new ChartError('OCI_MANIFEST', message);
}
