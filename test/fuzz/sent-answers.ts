import { OCI_INDEX } from '../../scripts/oci/media-types.ts';
import type { Json } from '../../scripts/json/json.ts';
import { isObject } from '../../scripts/json/tree.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import {
  BLOB_DESCRIPTOR,
  IMAGE,
  layer,
  LIST,
  passOn,
  push,
  read,
  refer,
  registries,
  REPOSITORY,
  reset,
  resolve,
  storeOf,
  type Flavour,
  type Store,
} from './registry.ts';
import type { Subject } from './written.ts';

/** An answer as a document: a status, headers and a body, which may be JSON. */
interface ReplyDocument {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** The answer that a spoilt document makes; what HTTP cannot carry is taken off it. */
function effectOf(text: string): RegistryFault['effect'] {
  let reply: Json;
  try {
    reply = JSON.parse(text) as Json;
  } catch {
    return { kind: 'status', status: 200, body: text };
  }
  const { status, headers, body } = isObject(reply) ? reply : { status: 200, headers: {}, body: reply };
  const named = Object.entries(isObject(headers ?? null) ? (headers as object) : {}).filter(
    ([name]) =>
      /^[a-z-]+$/.test(name) && !/^(?:content-length|transfer-encoding|connection|upgrade)$/.test(name),
  );
  return {
    kind: 'status',
    status:
      typeof status === 'number' && Number.isInteger(status) && status >= 200 && status < 600 ? status : 200,
    headers: Object.fromEntries(
      named.map(([name, value]) => [name, textOf(value).replaceAll(/[^\x20-\x7e]/g, '')]),
    ),
    body: textOf(body ?? ''),
  };
}

/** An answer to some requests, and what is done meanwhile. */
const replyTo = (
  name: string,
  which: Pick<RegistryFault, 'method' | 'path'>,
  replies: readonly ReplyDocument[],
  use: (store: Store) => Promise<unknown>,
  {
    flavour = 'distribution',
    times = 3,
    login = false,
  }: { flavour?: Flavour; times?: number; login?: boolean } = {},
): Subject => ({
  name,
  format: 'json',
  documents: replies.map((reply) => JSON.stringify(reply)),
  read: async (text) => {
    reset(flavour, IMAGE);
    registries[flavour].faults.add({ ...which, times, effect: effectOf(text) });
    await use(await storeOf(flavour, login));
  },
});

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const here = `http://${registries.distribution.host}`;
const session = `${here}/v2/${REPOSITORY}/blobs/uploads/x?_state=x`;
const bearer = `Bearer realm="${here}/v2/token",service="s",scope="repository:owner/name:pull,push"`;
const error: Json = { errors: [{ code: 'DENIED', message: 'no', detail: { a: 1 } }, { code: 'X' }] };

/** The answers of a registry, with their headers. */
export const SENT_ANSWERS: readonly Subject[] = [
  replyTo(
    'list of tags',
    { path: '/tags/' },
    [
      {
        status: 200,
        headers: { link: `</v2/${REPOSITORY}/tags/list?last=b>; rel="next"` },
        body: { name: REPOSITORY, tags: ['a', 'b'] },
      },
    ],
    (store) => store.tags(),
  ),
  replyTo(
    'list of referrers',
    { path: '/referrers/' },
    [
      {
        status: 200,
        headers: {
          'content-type': OCI_INDEX,
          link: '</x>; rel="next"',
          'oci-filters-applied': 'artifactType',
        },
        body: LIST,
      },
    ],
    refer,
  ),
  replyTo(
    'beginning of an upload',
    { method: 'POST' },
    [
      {
        status: 202,
        headers: {
          location: session,
          range: '0-0',
          'oci-chunk-min-length': '100',
          'docker-upload-uuid': 'x',
        },
      },
    ],
    push,
  ),
  replyTo(
    'end of an upload',
    { method: 'PUT' },
    [
      { status: 201, headers: { location: '/v2/x', 'docker-content-digest': BLOB_DESCRIPTOR.digest } },
      { status: 416, headers: { location: session, range: '0-99' }, body: error },
    ],
    push,
  ),
  replyTo(
    'storing a manifest',
    { method: 'PUT', path: '/manifests/' },
    [{ status: 201, headers: { 'docker-content-digest': IMAGE.root.digest, 'oci-subject': 'x' } }],
    refer,
  ),
  replyTo(
    'blob',
    { method: 'GET', path: '/blobs/' },
    [
      {
        status: 206,
        headers: { 'content-range': 'bytes 0-9/3000', 'accept-ranges': 'bytes' },
        body: 'x'.repeat(10),
      },
      {
        status: 200,
        headers: { 'content-encoding': 'gzip', 'docker-content-digest': layer.digest },
        body: 'x'.repeat(3000),
      },
    ],
    read,
  ),
  replyTo(
    'redirect',
    { method: 'GET' },
    [{ status: 307, headers: { location: `${here}/elsewhere?x=1` }, body: '' }],
    async (store) => {
      await read(store).catch(passOn);
      await resolve(store);
    },
  ),
  replyTo(
    'challenge',
    {},
    [
      { status: 401, headers: { 'www-authenticate': bearer }, body: error },
      { status: 401, headers: { 'www-authenticate': `Basic realm="x", ${bearer}, Digest a=b` }, body: error },
    ],
    resolve,
    { login: true },
  ),
  replyTo(
    'token',
    { path: '/token' },
    [
      {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: { token: 't', access_token: 't', expires_in: 300, issued_at: '2026-01-01T00:00:00Z' },
      },
    ],
    async (store) => {
      registries.distribution.faults.add({
        path: '/manifests/',
        effect: { kind: 'status', status: 401, headers: { 'www-authenticate': bearer } },
      });
      await resolve(store);
    },
    { login: true },
  ),
  replyTo(
    'refusal',
    {},
    [
      { status: 429, headers: { 'retry-after': '1', 'content-type': 'application/json' }, body: error },
      { status: 503, headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, body: '<html>' },
      { status: 403, body: error },
      { status: 404, body: error },
    ],
    async (store) => {
      await push(store).catch(passOn);
      await resolve(store);
    },
    { times: 5 },
  ),
];
