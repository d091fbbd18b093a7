import { expect, test } from 'vitest';
import { childrenOf, entriesOf, mediaTypeOf } from '../../scripts/oci/manifest.ts';
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../../scripts/oci/media-types.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const blob = { mediaType: 'a/b', digest: DIGEST, size: 1 };
const image = { mediaType: OCI_MANIFEST, digest: DIGEST, size: 1 };

const children = (json: object, mediaType: string): unknown =>
  childrenOf(Buffer.from(JSON.stringify(json)), mediaType, 'here');

test('a manifest leads to its config, its layers and its subject, an index to its entries', () => {
  expect(children({ config: blob, layers: [blob, blob], subject: image }, OCI_MANIFEST)).toEqual([
    blob,
    blob,
    blob,
    image,
  ]);
  expect(children({ config: blob, layers: null, subject: null }, OCI_MANIFEST)).toEqual([blob]);
  expect(children({ manifests: [image], subject: image }, OCI_INDEX)).toEqual([image, image]);
  expect(children({ mediaType: OCI_INDEX, manifests: null, config: null }, OCI_INDEX)).toEqual([]);
});

test('a null in a descriptor is as if it were not there; other members stay', () => {
  const entry = { ...image, platform: null, annotations: null, urls: ['https://example.org'] };
  expect(children({ manifests: [entry] }, OCI_INDEX)).toEqual([{ ...image, urls: ['https://example.org'] }]);
});

test.each<readonly [string, object, string, string]>([
  ['without a config', { layers: [] }, OCI_MANIFEST, 'here names nothing, which is no descriptor'],
  [
    'with a foreign digest',
    { config: { ...blob, digest: 'md5:1' } },
    OCI_MANIFEST,
    '"md5:1","size":1}, which is no descriptor',
  ],
  ['with a negative size', { config: { ...blob, size: -1 } }, OCI_MANIFEST, 'which is no descriptor'],
  [
    'with a platform of numbers',
    { manifests: [{ ...image, platform: { os: [], architecture: 1 } }] },
    OCI_INDEX,
    'which is no descriptor',
  ],
  [
    'with text for a descriptor',
    { config: 'x'.repeat(1_000_000) },
    OCI_MANIFEST,
    `here names "${'x'.repeat(199)}…, which`,
  ],
  ['with layers that are no list', { config: blob, layers: {} }, OCI_MANIFEST, 'here: layers is no list'],
  [
    'that is an index, too',
    { config: blob, manifests: [] },
    OCI_INDEX,
    'an index (manifests) and a manifest',
  ],
  [
    'that is an index with layers',
    { mediaType: OCI_INDEX, manifests: [], layers: [] },
    OCI_INDEX,
    'an index (manifests) and a manifest',
  ],
  [
    'of another type than described',
    { config: blob },
    OCI_INDEX,
    `described as ${OCI_INDEX}, but it is ${OCI_MANIFEST}`,
  ],
  [
    'of Docker by its descriptor alone',
    { config: blob },
    DOCKER_MANIFEST,
    `described as ${DOCKER_MANIFEST}, but it is`,
  ],
  [
    'of another type than it states',
    { mediaType: OCI_INDEX, config: blob },
    OCI_INDEX,
    `states the media type ${OCI_INDEX}, but its members are of ${OCI_MANIFEST}`,
  ],
  [
    'of a type nobody knows',
    { mediaType: 'a/b', config: blob },
    OCI_MANIFEST,
    'states the media type "a/b", which is of no manifest',
  ],
  ['of schema 1', { schemaVersion: 1, fsLayers: [] }, OCI_MANIFEST, 'here is a manifest of schema 1'],
  [
    'with a manifest as a layer',
    { config: blob, layers: [image] },
    OCI_MANIFEST,
    `here names ${DIGEST} as a config or a layer, of the type ${OCI_MANIFEST}`,
  ],
  [
    'with a blob for an entry',
    { manifests: [blob] },
    OCI_INDEX,
    `here names ${DIGEST} as a manifest, of the type a/b`,
  ],
  [
    'with a blob for a subject',
    { config: blob, subject: blob },
    OCI_MANIFEST,
    `here names ${DIGEST} as a manifest, of the type a/b`,
  ],
  ['with Layers', { config: blob, Layers: [blob] }, OCI_MANIFEST, 'here has a member "Layers" beside'],
  [
    'with a Digest',
    { config: { ...blob, Digest: DIGEST } },
    OCI_MANIFEST,
    'here has a member "Digest" beside',
  ],
  [
    'with a \u017fize',
    { config: { ...blob, '\u017fize': 2 } },
    OCI_MANIFEST,
    'here has a member "\u017fize" beside',
  ],
])('a manifest %s is refused', (_, json, mediaType, reason) => {
  expect(() => children(json, mediaType)).toThrow(
    expect.objectContaining({ code: 'OCI_MANIFEST', message: expect.stringContaining(reason) as string }),
  );
});

test('the media type is what a document states, else what its members show', () => {
  const of = (json: object, served?: string): string =>
    mediaTypeOf(Buffer.from(JSON.stringify(json)), served, 'here');
  expect(of({ mediaType: DOCKER_LIST, manifests: [] })).toBe(DOCKER_LIST);
  expect(of({ manifests: [] })).toBe(OCI_INDEX);
  expect(of({ config: {} }, '')).toBe(OCI_MANIFEST);
  expect(of({ config: {} }, OCI_MANIFEST)).toBe(OCI_MANIFEST);
  for (const vague of ['application/json', 'text/plain', 'application/octet-stream'])
    expect(of({ config: {} }, vague)).toBe(OCI_MANIFEST);
  for (const other of [OCI_INDEX, DOCKER_MANIFEST, 'application/vnd.example.x'])
    expect(() => of({ config: {} }, other)).toThrow(`here is served as ${other}, but it is ${OCI_MANIFEST}`);
});

test('the entries of a list may be of any type', () => {
  expect(entriesOf(Buffer.from(JSON.stringify({ manifests: [blob, image] })), 'here')).toEqual([blob, image]);
  expect(() => entriesOf(Buffer.from(JSON.stringify({ config: blob })), 'here')).toThrow('here is no index');
});
