import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { readAll, streamOf } from '../../scripts/oci/digest.ts';
import { OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import { parseRegistryReference } from '../../scripts/recipe/reference.ts';
import type { OpenRepository } from '../../scripts/oci/registry.ts';
import type { ContentStore, Descriptor } from '../../scripts/oci/store.ts';
import { execute, inspect } from '../../scripts/publish/execute.ts';
import { refuseConflict } from '../../scripts/publish/conflict.ts';
import type { Publication } from '../../scripts/publish/publication.ts';
import { packageChart } from '../../scripts/package/artifact.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes, graphStore, image, multiArch, type Graph } from '../helpers/oci-graph.ts';
import { openOn, testWaiting } from './registry-setup.ts';

/*
 * What the client makes of each answer that a real Gitea was measured to give. Where another
 * file has the test, it is named:
 *
 *   GET /v2/: two challenges in one header      auth/challenges.test.ts, client.test.ts (tokens)
 *   a token without expires_in                  auth/token.test.ts; renewed: below
 *   Basic is accepted too                       client.test.ts (tokens)
 *   a public package wants an anonymous token   client.test.ts (tokens)
 *   POST without Content-Type loses the body    upload.test.ts (without faults)
 *   POST ?digest= (monolithic)                  never sent: below
 *   POST, PUT; PATCH is never sent: below       upload.test.ts, contract/stores.test.ts (fake Gitea)
 *   GET on the upload location                  never sent: upload.test.ts (loses what was cut)
 *   PUT with a wrong digest                     upload.test.ts (that always lies)
 *   GET blob with Range: 200 and the whole      client.test.ts (download, gitea)
 *   mount from the same or another owner        contract/stores.test.ts; of another owner: below
 *   nested names                                below
 *   upper case in a name                        reference.test.ts; from the server: below
 *   an owner that does not exist                client.test.ts (manifests)
 *   who may only read, and a limit              below
 *   a manifest before its blob or child         below
 *   a manifest that is not JSON                 below
 *   the same tag with another digest            below
 *   a tag with +                                reference.test.ts; from the server, packing: below
 *   artifactType, subject, any media type       below
 *   referrers: 404                              lists.test.ts
 *   a tag sha256-<hex>.sig                      below
 *   tags/list has a Link on its last page       lists.test.ts
 *   DELETE by tag takes the digest along        never sent: below
 *   a manifest of 5 MiB                         below
 *   helm push, helm pull                        ../e2e/registries.e2e.test.ts
 */

const LOGIN = { username: 'infra', password: 'a token of the tests' };
const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, GITEA_TOKEN: LOGIN.password };
const GRAPH = multiArch('gitea', 1000);

let registry: FakeRegistry;

beforeEach(async () => {
  registry = await fakeRegistry({ flavour: 'gitea', login: LOGIN, owners: ['infra', 'platform'] });
});
afterEach(() => registry.close());

const open = (repository = 'infra/multus'): Promise<OpenRepository> =>
  openOn(registry.host, repository, { env: ENV });

/** Puts a graph into a repository under a tag. */
async function put(graph: Graph, tag: string, repository?: string): Promise<OpenRepository> {
  const store = await open(repository);
  await copy(graphStore(graph), store, graph.root, { tag });
  return store;
}

/** The requests so far as `METHOD what`, without those for tokens. */
function asked(): readonly string[] {
  return registry.requests
    .filter(({ url }) => !url.startsWith('/v2/token'))
    .map(
      ({ method, url }) =>
        `${method} ${/\/(blobs\/uploads|blobs|manifests|tags|referrers)\//.exec(url)?.[1]}`,
    );
}

/** Pushes one manifest of these bytes. */
async function pushText(store: ContentStore, text: string, mediaType = OCI_MANIFEST): Promise<Descriptor> {
  const bytes = Buffer.from(text);
  const descriptor = describeBytes(bytes, mediaType);
  await store.push(descriptor, async () => streamOf(bytes));
  return descriptor;
}

describe('tokens', () => {
  test('one that Gitea does not take any more is asked for anew, and the work goes on', async () => {
    await registry.close();
    // More than are under way at once: others must not use up what one of them was given.
    registry = await fakeRegistry({ flavour: 'gitea', login: LOGIN, tokenUses: 5 });
    const store = await open();
    await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1', concurrency: 1 });
    expect(await store.resolve('v1')).toEqual(GRAPH.root);
    const tokens = registry.requests.filter(({ url }) => url.startsWith('/v2/token'));
    expect(tokens.length).toBeGreaterThan(2);
    const others = registry.requests.filter(({ url }) => !url.startsWith('/v2/token'));
    for (const { headers } of others) expect(headers.authorization ?? 'Bearer ').toMatch(/^Bearer /);
  });
});

describe('what is never asked of a Gitea', () => {
  test('a whole publish: no DELETE, no POST with a digest, octet-stream on every upload', async () => {
    await put(GRAPH, 'v1');
    await put(GRAPH, 'v2', 'infra/other');
    expect(new Set(registry.requests.map(({ method }) => method))).toEqual(
      new Set(['HEAD', 'POST', 'PUT', 'GET']),
    );
    const posts = registry.requests.filter(({ method }) => method === 'POST');
    expect(posts.filter(({ url }) => url.includes('digest='))).toEqual([]);
    const uploads = registry.requests.filter(
      ({ method, url }) => method !== 'GET' && url.includes('/uploads/'),
    );
    expect(uploads.length).toBeGreaterThan(5);
    for (const { headers } of uploads) expect(headers['content-type']).toBe('application/octet-stream');
  });

  test('a publish that fails takes nothing away', async () => {
    registry.faults.add({
      method: 'PUT',
      path: '/manifests/',
      times: 99,
      effect: { kind: 'status', status: 403 },
    });
    const target = await open();
    await expect(copy(graphStore(GRAPH), target, GRAPH.root, { tag: 'v1' })).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
    });
    expect(asked().filter((request) => request.startsWith('DELETE'))).toEqual([]);
    expect(registry.content.tags.size).toBe(0);
  });
});

test.each<readonly [string, RegistryFault['effect'], RegExp, RegExp]>([
  [
    'a token or a team that only reads',
    { kind: 'status', status: 401, headers: { 'content-type': 'text/plain' }, body: 'reqPackageAccess\n' },
    /answered 401: reqPackageAccess\n/,
    /^They may read here, but not write \(in Gitea: .*write:package.*team/,
  ],
  [
    'a limit that is reached',
    { kind: 'status', status: 403 },
    /answered 403\n/,
    /LIMIT_TOTAL_OWNER_SIZE or LIMIT_SIZE_CONTAINER/,
  ],
  [
    'anything else',
    { kind: 'status', status: 403, body: '{"errors":[{"code":"DENIED"}]}' },
    /answered 403: DENIED\n/,
    /^Check that they are right and that they may write this repository .*team/,
  ],
])('%s is told by its answer', async (_, effect, message, hint) => {
  const target = await open();
  // Gitea takes the POST, and looks when the bytes have come.
  registry.faults.add({ method: 'PUT', path: '/uploads/', times: 99, effect });
  await expect(copy(graphStore(GRAPH), target, GRAPH.root, { tag: 'v1' })).rejects.toMatchObject({
    code: 'REGISTRY_DENIED',
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
});

describe('names', () => {
  test('may be nested', async () => {
    const store = await put(GRAPH, 'v1', 'infra/a/b/c');
    expect(await store.resolve('v1')).toEqual(GRAPH.root);
    expect(await store.tags()).toEqual(['v1']);
    expect(await (await open('infra/a/b')).resolve('v1')).toBeUndefined();
  });

  test('in upper case are refused before anything is sent; what Gitea says is passed on', async () => {
    expect(() => parseRegistryReference(`oci://${registry.host}/Infra`)).toThrow(/write infra/);
    const store = (await open()).sibling('infra/Multus');
    await expect(pushText(store, '{}')).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      message: expect.stringContaining('answered 400') as string,
    });
    await expect(store.tags()).rejects.toMatchObject({
      message: expect.stringMatching(/answered 400: NAME_INVALID: invalid repository name$/) as string,
    });
  });

  test('chart and image are packages of one owner beside each other', async () => {
    const [chart, cni] = [image('chart', []), multiArch('image', 10)];
    const [a, b] = [await put(chart, '1.0.0', 'infra/multus'), await put(cni, '1.0.0', 'infra/multus-cni')];
    expect([await a.resolve('1.0.0'), await b.resolve('1.0.0')]).toEqual([chart.root, cni.root]);
    expect([await a.exists(cni.root), await b.exists(chart.root)]).toEqual([false, false]);
  });

  test('a blob of another owner is mounted, not sent', async () => {
    await put(GRAPH, 'v1', 'platform/multus');
    const before = registry.requests.length;
    const target = await open();
    await copy(graphStore(GRAPH), target, GRAPH.root, { tag: 'v1', mountFrom: 'platform/multus' });
    const later = registry.requests.slice(before);
    expect(later.filter(({ method, url }) => method === 'PUT' && url.includes('/blobs/'))).toEqual([]);
    expect(await target.resolve('v1')).toEqual(GRAPH.root);
  });
});

describe('manifests', () => {
  test.each([
    ['whose blob is missing', image('alone', []), /answered 404: BLOB_UNKNOWN$/],
    ['whose child is missing', GRAPH, /answered 404: MANIFEST_BLOB_UNKNOWN$/],
  ])('one %s is refused, so a copy sends children first', async (_, graph, message) => {
    const store = await open();
    const bytes = graph.contents.get(graph.root.digest) ?? new Uint8Array();
    await expect(store.push(graph.root, async () => streamOf(bytes))).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      message: expect.stringMatching(message) as string,
    });
    await copy(graphStore(graph), store, graph.root, { tag: 'v1' });
    expect(await store.resolve('v1')).toEqual(graph.root);
  });

  test('one that is not JSON: a 500 without words is asked again, then said with the address', async () => {
    const waiting = testWaiting();
    const store = await openOn(registry.host, 'infra/multus', { env: ENV, waiting });
    const pushed = pushText(store, 'no json');
    await expect(pushed).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      exitCode: 3,
      message: expect.stringMatching(
        /^PUT http:\S+\/manifests\/sha256:[0-9a-f]{64}: answered 500$/,
      ) as string,
    });
    const puts = asked().filter((request) => request === 'PUT manifests');
    expect(puts.length).toBe(waiting.slept.length + 1);
    expect(puts.length).toBeGreaterThan(1);
  });

  test('one of 5 MiB, which Gitea takes, is more than a client need read: nothing is sent', async () => {
    const graph = image('x'.repeat(10), []);
    const text = JSON.stringify({ schemaVersion: 2, layers: [], annotations: { a: 'x'.repeat(5 << 20) } });
    const root = describeBytes(Buffer.from(text), OCI_MANIFEST);
    const contents = new Map([...graph.contents, [root.digest, Buffer.from(text)]]);
    const target = await open();
    await expect(copy(graphStore({ root, contents }), target, root, { tag: 'v1' })).rejects.toMatchObject({
      code: 'OCI_MANIFEST',
      message: expect.stringContaining(`has ${root.size} bytes, more than 4194304`) as string,
    });
    expect(asked().filter((request) => request.startsWith('PUT'))).toEqual([]);
  });

  test('any media types, artifactType and subject come back byte for byte', async () => {
    const store = await put(GRAPH, 'v1');
    const config = Buffer.from('{}');
    const empty = describeBytes(config, 'application/vnd.oci.empty.v1+json');
    const layer = describeBytes(bytesOf('layer', 9), 'application/vnd.example.thing.v1');
    await store.push(empty, async () => streamOf(config));
    await store.push(layer, async () => streamOf(bytesOf('layer', 9)));
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: 'application/vnd.example.signature',
      config: empty,
      layers: [layer],
      subject: GRAPH.root,
    });
    const pushed = await pushText(store, text);
    const read = await readAll(await store.fetch(pushed), pushed, store.name);
    expect(new TextDecoder().decode(read)).toBe(text);
    expect(await store.resolve(pushed.digest)).toEqual(pushed);
    // Gitea keeps no list, so the push has written it under the tag.
    const signature = { ...pushed, artifactType: 'application/vnd.example.signature' };
    expect(await store.referrers(GRAPH.root.digest)).toEqual([signature]);
  });
});

describe('tags', () => {
  test('Gitea replaces one silently; a publish looks first and refuses', async () => {
    const [first, second] = [image('first', []), image('second', [])];
    const target = await put(first, '1.0.0');
    await copy(graphStore(second), target, second.root);
    await target.tag(second.root, '1.0.0');
    expect(await target.resolve('1.0.0')).toEqual(second.root);

    const again: Publication = { source: graphStore(first), root: first.root, target, tag: '1.0.0' };
    const before = asked().length;
    const plan = await inspect(again);
    expect(plan).toMatchObject({ state: 'conflict', digest: first.root.digest, found: second.root.digest });
    await expect(refuseConflict({ kind: 'chart', publication: again, plan })).rejects.toMatchObject({
      code: 'PUBLISH_CONFLICT',
      message: expect.stringContaining(
        `  published  ${second.root.digest}\n  this one   ${first.root.digest}`,
      ) as string,
    });
    expect(new Set(asked().slice(before))).toEqual(
      new Set(['GET manifests', 'HEAD manifests', 'HEAD blobs']),
    );
    expect(await target.resolve('1.0.0')).toEqual(second.root);
  });

  test('one that somebody else wrote between plan and tag is not replaced', async () => {
    const [mine, theirs] = [image('mine', []), image('theirs', [])];
    const target = await open();
    const publication: Publication = { source: graphStore(mine), root: mine.root, target, tag: '1.0.0' };
    expect((await inspect(publication)).state).toBe('publish');
    await put(theirs, '1.0.0');
    await expect(execute(publication)).rejects.toMatchObject({ code: 'PUBLISH_RACE' });
    expect(await target.resolve('1.0.0')).toEqual(theirs.root);
  });

  test('one with + is refused by Gitea, so a chart with build metadata is not packed', async () => {
    const store = await put(GRAPH, 'v1');
    await expect(store.tag(GRAPH.root, '1.0.0+build')).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      message: expect.stringMatching(/answered 400: MANIFEST_INVALID: Tag is invalid$/) as string,
    });
    const chart = new Map([['Chart.yaml', 'apiVersion: v2\nname: a\nversion: 1.0.0+build\n']]);
    await expect(packageChart(chart, '2026-01-01T00:00:00Z')).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      message: expect.stringContaining('"1.0.0+build"') as string,
    });
  });

  test('one like cosign’s is a tag as any other', async () => {
    const signature = image('signature', []);
    const tag = `${GRAPH.root.digest.replace(':', '-')}.sig`;
    const store = await put(signature, tag);
    expect(await store.resolve(tag)).toEqual(signature.root);
    expect(await store.tags()).toEqual([tag]);
    expect(parseRegistryReference(`oci://${registry.host}/infra/multus:${tag}`).tag).toBe(tag);
  });
});
