import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { copy, fetchManifest, graphOf, platformsIn } from '../../scripts/oci/copy.ts';
import { digestOf, streamOf } from '../../scripts/oci/digest.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { DOCKER_LIST, OCI_INDEX, OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import { subsetOf } from '../../scripts/oci/subset.ts';
import { draws } from '../helpers/draws.ts';
import { serve, type TestServer } from '../helpers/http-server.ts';
import { describeBytes } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

/** What a server says to every question but a HEAD. */
interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let server: TestServer;
let said: Said = { status: 404, headers: {}, body: '' };
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  server = await serve((_, response) => response.writeHead(said.status, said.headers).end(said.body));
});
afterAll(() => Promise.all([server.close(), rm(folder, { recursive: true })]));

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.integer({ min: 1, max: 50_000 }))
  .map(([open, depth]) => `${open.repeat(depth)}1${(open === '[' ? ']' : '}').repeat(depth)}`);
const odd: fc.Arbitrary<string> = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  nested,
  fc.constantFrom(
    'null',
    '{"toString":1,"valueOf":1}',
    '[[]]',
    '"sha256:"',
    '1e999',
    '-1',
    '{"__proto__":{}}',
  ),
);
const digest = JSON.stringify(`sha256:${'0'.repeat(64)}`);
/** Text of JSON with members that a client looks for, each of them odd in one of three cases. */
const members = (usual: Readonly<Record<string, string>>): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...Object.entries(usual).map(([name, text]) =>
        fc
          .oneof({ weight: 2, arbitrary: fc.constant(text) }, { weight: 1, arbitrary: odd })
          .map((value) => `${JSON.stringify(name)}:${value}`),
      ),
    )
    .map((list) => `{${list.join(',')}}`);
const descriptor = members({
  mediaType: JSON.stringify(OCI_MANIFEST),
  digest,
  size: '7',
  platform: '{"os":"linux","architecture":"amd64"}',
  annotations: '{"vnd.docker.reference.digest":"x"}',
});
const list = fc.oneof(
  fc.array(descriptor, { maxLength: 3 }).map((all) => `[${all.join(',')}]`),
  odd,
);
const documents = fc.oneof(
  odd,
  fc.tuple(list, list, descriptor).chain(([manifests, layers, config]) =>
    fc.oneof(
      members({ mediaType: JSON.stringify(OCI_INDEX), manifests }),
      members({ mediaType: JSON.stringify(OCI_MANIFEST), config, layers, subject: config }),
      members({
        token: '"abcdef"',
        expires_in: '300',
        tags: '["a"]',
        errors: '[{"code":"X"}]',
        manifests,
        layers,
      }),
    ),
  ),
);
const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      OCI_INDEX,
      OCI_MANIFEST,
      DOCKER_LIST,
      'text/html',
      'application/json',
      ';',
    ),
    'www-authenticate': fc.constantFrom('Bearer realm="/t"', 'Bearer realm=""', 'Basic', 'Bearer', ',=,"'),
    link: fc.constantFrom('</v2/x>; rel="next"', '<>; rel=next', '<'),
    location: fc.constantFrom('/v2/x', '//', 'data:,', ''),
    range: fc.constantFrom('0-1', '0-99999999999999999999', 'x'),
    'docker-content-digest': fc.constantFrom('sha256:0', `sha256:${'0'.repeat(64)}`, 'x'),
    'retry-after': fc.constantFrom('0', '1e9', 'Thu, 01 Jan 1970 00:00:00 GMT', '-1'),
    'oci-chunk-min-length': fc.constantFrom('1e99', '-5', 'x'),
    'content-encoding': fc.constantFrom('gzip', 'identity', 'x'),
  },
  { requiredKeys: [] },
);
const status = fc.oneof(
  { weight: 5, arbitrary: fc.constant(200) },
  { weight: 3, arbitrary: fc.constantFrom(201, 202, 206, 301, 307, 400, 401, 403, 404, 416, 429, 500) },
);
const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: 'somebody', REGISTRY_PASSWORD: 'a secret' };

test('whatever a registry says, it is an answer or an error with a code', async () => {
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(fc.record({ status, headers, body: documents }), async (answer) => {
      said = answer;
      const bytes = Buffer.from(answer.body);
      const blob = describeBytes(Buffer.from('a blob'));
      const target = layoutStore(join(folder, String(++serial)));
      const store = await openOn(`127.0.0.1:${server.port}`, 'owner/name', { env: ENV });
      const actions: readonly (() => Promise<unknown>)[] = [
        () => store.reach(),
        () => store.tags(),
        () => store.referrers(blob.digest),
        () => store.resolve('v1'),
        () => store.exists(blob),
        () => store.mount(blob, 'owner/other'),
        () => store.push(blob, async () => streamOf(Buffer.from('a blob'))),
        // With the right digest, so that it is read.
        ...[OCI_INDEX, OCI_MANIFEST, DOCKER_LIST].flatMap((mediaType) => {
          const root = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
          return [
            () => graphOf(store, root),
            async () => platformsIn({ descriptor: root, bytes: await fetchManifest(store, root) }, ''),
            () => subsetOf(store, root, ['linux/amd64']),
            () => copy(store, target, root, { tag: 'v1' }),
            () => store.tag(root, 'v2'),
          ];
        }),
      ];
      for (const action of actions) {
        const error: unknown = await action().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(ChartError);
      }
    }),
    { numRuns: draws(12, 300) },
  );
});
