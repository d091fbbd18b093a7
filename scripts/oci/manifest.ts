import { ChartError } from '../errors.ts';
import { isDigest } from './digest.ts';
import { isIndex } from './media-types.ts';
import type { Descriptor, Platform } from './store.ts';

/** The members of a manifest or an index that lead to other content (image-spec v1.1). */
interface ManifestJson {
  readonly mediaType?: unknown;
  readonly config?: unknown;
  readonly layers?: unknown;
  readonly manifests?: unknown;
}

/**
 * The descriptors that a manifest or an index names, in its order.
 *
 * @param where for the message
 * @throws OCI_MANIFEST when it is not one
 */
export function childrenOf(bytes: Uint8Array, mediaType: string, where: string): readonly Descriptor[] {
  const json = parseManifestJson(bytes, where);
  const list = isIndex(mediaType) ? asList(json.manifests) : [json.config, ...asList(json.layers)];
  return list.map((item) => descriptorOf(item, where));
}

/** The media type that a manifest states, or the one that its members show. */
export function mediaTypeOf(bytes: Uint8Array, stated: string | undefined, where: string): string {
  const json = parseManifestJson(bytes, where);
  if (typeof json.mediaType === 'string') return json.mediaType;
  if (stated !== undefined && stated !== '') return stated;
  return `application/vnd.oci.image.${json.manifests === undefined ? 'manifest' : 'index'}.v1+json`;
}

/** `os/architecture[/variant]`. */
export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}

function parseManifestJson(bytes: Uint8Array, where: string): ManifestJson {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch (cause) {
    throw new ChartError('OCI_MANIFEST', `${where} is not JSON`, { cause });
  }
  throw new ChartError('OCI_MANIFEST', `${where} is not a JSON object`);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function descriptorOf(value: unknown, where: string): Descriptor {
  const { mediaType, digest, size } = (value ?? {}) as Partial<Descriptor>;
  if (
    typeof mediaType === 'string' &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    Number.isSafeInteger(size)
  ) {
    return value as Descriptor;
  }
  throw new ChartError(
    'OCI_MANIFEST',
    `${where} names ${JSON.stringify(value)}, which is no descriptor with a sha256 digest`,
  );
}
