import { digestOf } from '../../scripts/oci/digest.ts';
import { isIndex } from '../../scripts/oci/media-types.ts';
import type { Reply } from './fake-faults.ts';

/** How a fake registry answers: as CNCF Distribution or Gitea were measured to. */
export type Flavour = 'distribution' | 'gitea';

/** An upload that was begun. */
interface Upload {
  /** Was cut in the middle of a body: Gitea then answers 500, Distribution 404 (both measured). */
  spoilt: boolean;
}

/** What the registry holds. Blobs are per repository, as registries keep them. */
export interface FakeContent {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, { readonly bytes: Buffer; readonly mediaType: string }>;
  readonly tags: Map<string, string>;
  readonly uploads: Map<string, Upload>;
}

/** One request, parsed. */
export interface FakeRequest {
  readonly method: string;
  readonly repository: string;
  /** What follows the repository: `blobs`, `uploads`, `manifests`, `tags`, `referrers`. */
  readonly resource: string;
  /** Digest, tag or upload id. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
  /** The connection broke before the whole body came. */
  readonly cut: boolean;
  readonly origin: string;
  /** Whether the client may read there too. */
  readonly mayMount: (repository: string) => boolean;
}

/** Uploads that were ever begun: no two have the same id. */
let begun = 0;

export function emptyContent(): FakeContent {
  return { blobs: new Map(), manifests: new Map(), tags: new Map(), uploads: new Map() };
}

/** The answer to a request, and its effect on the content. */
export function answer(content: FakeContent, flavour: Flavour, request: FakeRequest): Reply {
  switch (request.resource) {
    case 'blobs':
      return blob(content, flavour, request);
    case 'uploads':
      return request.name === '' ? beginUpload(content, flavour, request) : upload(content, flavour, request);
    case 'manifests':
      return request.method === 'PUT' ? putManifest(content, flavour, request) : manifest(content, request);
    case 'tags':
      return tags(content, flavour, request);
    default:
      return referrers(content, flavour, request);
  }
}

export function refuse(status: number, code: string, message = ''): Reply {
  const body = Buffer.from(JSON.stringify({ errors: [{ code, message }] }));
  return { status, headers: { 'content-type': 'application/json' }, body };
}

export const PLAIN_NOT_FOUND: Reply = {
  status: 404,
  headers: { 'content-type': 'text/plain;charset=utf-8' },
  body: Buffer.from('Not found.\n'),
};

function blob({ blobs }: FakeContent, flavour: Flavour, { repository, name, header }: FakeRequest): Reply {
  const bytes = blobs.get(`${repository} ${name}`);
  if (bytes === undefined) return refuse(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  const headers = { 'content-type': 'application/octet-stream', 'docker-content-digest': name };
  const start = Number(/^bytes=(\d+)-$/.exec(header('range') ?? '')?.[1] ?? Number.NaN);
  // Measured: Gitea answers a Range with the whole.
  if (Number.isNaN(start) || flavour === 'gitea')
    return { status: 200, headers: { ...headers, 'content-length': String(bytes.length) }, body: bytes };
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` },
    body: bytes.subarray(start),
  };
}

function beginUpload(content: FakeContent, flavour: Flavour, request: FakeRequest): Reply {
  const { repository, query, origin } = request;
  const digest = query.get('mount');
  const from = query.get('from');
  const mounted =
    from !== null && request.mayMount(from) ? content.blobs.get(`${from} ${digest}`) : undefined;
  if (digest !== null && mounted !== undefined) {
    content.blobs.set(`${repository} ${digest}`, mounted);
    return {
      status: 201,
      headers: { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest },
    };
  }
  const id = `upload-${++begun}`;
  content.uploads.set(id, { spoilt: false });
  return { status: 202, headers: { location: locationOf(flavour, origin, repository, id), range: '0-0' } };
}

/** Gitea's are relative; Distribution's absolute, with a state that must come back. */
function locationOf(flavour: Flavour, origin: string, repository: string, id: string): string {
  const path = `/v2/${repository}/blobs/uploads/${id}`;
  return flavour === 'gitea' ? path : `${origin}${path}?_state=${id}`;
}

function upload(content: FakeContent, flavour: Flavour, request: FakeRequest): Reply {
  const { name, repository, query, header, body, cut } = request;
  const state = content.uploads.get(name);
  if (state === undefined || (flavour !== 'gitea' && query.get('_state') !== name)) {
    return refuse(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  }
  if (state.spoilt && flavour === 'distribution')
    return refuse(404, 'BLOB_UPLOAD_INVALID', 'blob upload invalid');
  if (state.spoilt) return { status: 500 };
  // Without the type the body is taken for a form and lost (measured on Gitea).
  const taken = header('content-type') === undefined ? Buffer.alloc(0) : body;
  if (cut) state.spoilt = taken.length > 0;
  if (cut) return { status: 500 };
  const digest = query.get('digest') ?? '';
  if (digestOf(taken) !== digest)
    return refuse(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  content.uploads.delete(name);
  content.blobs.set(`${repository} ${digest}`, taken);
  return {
    status: 201,
    headers: { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest },
  };
}

function manifest({ manifests, tags: names }: FakeContent, { repository, name }: FakeRequest): Reply {
  const digest = name.startsWith('sha256:') ? name : names.get(`${repository} ${name}`);
  const found = manifests.get(`${repository} ${digest}`);
  if (found === undefined || digest === undefined) return refuse(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  const headers = {
    'content-type': found.mediaType,
    'docker-content-digest': digest,
    'content-length': String(found.bytes.length),
  };
  return { status: 200, headers, body: found.bytes };
}

interface ManifestJson {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
}

function putManifest(
  content: FakeContent,
  flavour: Flavour,
  { repository, name, body, header, cut }: FakeRequest,
): Reply {
  if (cut) return { status: 500 };
  const json = parse(body);
  if (json === undefined) return flavour === 'gitea' ? { status: 500 } : refuse(400, 'MANIFEST_INVALID');
  const mediaType = header('content-type') ?? '';
  const missing = (isIndex(mediaType) ? json.manifests : [json.config, ...(json.layers ?? [])])?.find(
    (child) =>
      child !== undefined &&
      !(isIndex(mediaType) ? content.manifests : content.blobs).has(`${repository} ${child.digest}`),
  );
  if (missing !== undefined)
    return refuse(404, isIndex(mediaType) ? 'MANIFEST_BLOB_UNKNOWN' : 'BLOB_UNKNOWN');
  const digest = digestOf(body);
  if (name.startsWith('sha256:') && name !== digest) return refuse(400, 'DIGEST_INVALID');
  if (name.includes('+')) return refuse(400, 'MANIFEST_INVALID', 'Tag is invalid');
  content.manifests.set(`${repository} ${digest}`, { bytes: body, mediaType });
  if (!name.startsWith('sha256:')) content.tags.set(`${repository} ${name}`, digest);
  return {
    status: 201,
    headers: { location: `/v2/${repository}/manifests/${digest}`, 'docker-content-digest': digest },
  };
}

/** Undefined for what no registry takes for a manifest. */
function parse(body: Buffer): ManifestJson | undefined {
  try {
    const json = JSON.parse(body.toString('utf8')) as ManifestJson;
    const lists = [json.layers ?? [], json.manifests ?? [], [json.config ?? { digest: '' }]];
    const named = lists.every((list) => list.every(({ digest }) => typeof digest === 'string'));
    return named ? json : undefined;
  } catch {
    return undefined;
  }
}

const PAGE = 2;

function tags(content: FakeContent, flavour: Flavour, { repository, query }: FakeRequest): Reply {
  const all = [...content.tags.keys()]
    .filter((key) => key.startsWith(`${repository} `))
    .map((key) => key.slice(repository.length + 1));
  if (all.length === 0 && flavour !== 'gitea')
    return refuse(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const last = query.get('last') ?? '';
  const rest = all.toSorted().filter((tag) => tag > last);
  const page = rest.slice(0, PAGE);
  // Measured: Gitea sends the Link even on its last page; the page that it leads to is empty.
  const more = rest.length > PAGE || (flavour === 'gitea' && page.length > 0);
  const next = `</v2/${repository}/tags/list?last=${page.at(-1)}>; rel="next"`;
  return {
    status: 200,
    headers: { 'content-type': 'application/json', ...(more && { link: next }) },
    body: Buffer.from(JSON.stringify({ name: repository, tags: page.length === 0 ? null : page })),
  };
}

function referrers(
  { manifests }: FakeContent,
  flavour: Flavour,
  { repository, name, query }: FakeRequest,
): Reply {
  if (flavour === 'gitea') return PLAIN_NOT_FOUND;
  const found = [...manifests].filter(
    ([key, { bytes }]) =>
      key.startsWith(`${repository} `) && bytes.includes(`"subject"`) && bytes.includes(name),
  );
  const list = found.map(([key, { bytes, mediaType }]) => ({
    mediaType,
    digest: key.split(' ')[1],
    size: bytes.length,
  }));
  const from = Number(query.get('from') ?? 0);
  const link = `</v2/${repository}/referrers/${name}?from=${from + PAGE}>; rel="next"`;
  return {
    status: 200,
    headers: {
      'content-type': 'application/vnd.oci.image.index.v1+json',
      ...(list.length > from + PAGE && { link }),
    },
    body: Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: list.slice(from, from + PAGE),
      }),
    ),
  };
}
