import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import { HELM_CHART, HELM_CONFIG } from '../../scripts/package/media-types.ts';
import { packArchive } from '../../scripts/package/archive.ts';
import { refuseConflict } from '../../scripts/publish/conflict.ts';
import { inspect } from '../../scripts/publish/execute.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { describeBytes, graphStore, image, multiArch, type Graph } from '../helpers/oci-graph.ts';
import { openOn } from '../oci/registry-setup.ts';

let registry: FakeRegistry;
beforeEach(async () => {
  registry = await fakeRegistry();
});
afterEach(() => registry.close());

const CREATED = '2026-01-01T00:00:00Z';
const FILES = new Map([['Chart.yaml', 'name: a\n']]);
const ARCHIVE = await packArchive('a', FILES, CREATED);

/** A chart as Helm pushes it; its manifest without `mediaType`, as Helm leaves it out. */
function chart(archive: Uint8Array, config: object = { name: 'a' }, annotations: object = {}): Graph {
  const configuration = Buffer.from(JSON.stringify(config));
  const layers = [describeBytes(archive, HELM_CHART)];
  return manifest({ config: describeBytes(configuration, HELM_CONFIG), layers, annotations }, [
    configuration,
    archive,
  ]);
}

function manifest(members: object, children: readonly Uint8Array[]): Graph {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...members }));
  const contents = new Map([...children, bytes].map((content) => [digestOf(content), content]));
  return { root: describeBytes(bytes, OCI_MANIFEST), contents };
}

/** The lines of the refusal of `mine` where `theirs` is published, behind the first. */
async function refusal(theirs: Graph, mine: Graph, kind: 'chart' | 'image' = 'chart') {
  const target = await openOn(registry.host);
  await copy(graphStore(theirs), target, theirs.root, { tag: '1.0.0' });
  const publication = { source: graphStore(mine), root: mine.root, target, tag: '1.0.0' };
  const plan = await inspect(publication);
  const error: unknown = await refuseConflict({ kind, publication, plan }).catch((thrown: unknown) => thrown);
  const { code, message, hint } = error as {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  };
  expect(code).toBe('PUBLISH_CONFLICT');
  const [first, ...lines] = message.split('\n');
  expect(first).toBe(`${registry.host}/owner/name:1.0.0 is published with another content`);
  expect(lines.slice(0, 2)).toEqual([
    `  published  ${theirs.root.digest}`,
    `  this one   ${mine.root.digest}`,
  ]);
  return { lines: lines.slice(2), hint };
}

test('files that differ are named', async () => {
  const files = new Map([
    ['Chart.yaml', 'name: a\nversion: 1\n'],
    ['NOTES.txt', ''],
  ]);
  const { lines, hint } = await refusal(chart(ARCHIVE), chart(await packArchive('a', files, CREATED)));
  expect(lines).toEqual(['  changed  Chart.yaml', '  added  NOTES.txt']);
  expect(hint).toContain('Raise chart.version');
});

test('the same archive by helm push: the files are equal, and what differs is named', async () => {
  const created = { 'org.opencontainers.image.created': '2026-01-01T00:00:00Z' };
  const theirs = chart(ARCHIVE, { name: 'a', home: 'there' }, created);
  const { lines } = await refusal(theirs, chart(ARCHIVE, { name: 'a', home: 'here' }));
  expect(lines).toEqual([
    '  the files of the two charts are equal',
    '  annotation org.opencontainers.image.created  "2026-01-01T00:00:00Z" and not there',
    '  config: home  "there" and "here"',
  ]);
});

test('of very many differences, and very long ones, as many are told as a person reads', async () => {
  const many = Array.from({ length: 300 }, (_, i) => [`${i}.txt`, ''] as const);
  const archive = await packArchive('a', new Map([...FILES, ...many]), CREATED);
  const { lines } = await refusal(chart(archive), chart(ARCHIVE));
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toBe('  and 200 more');
  const long = await refusal(chart(ARCHIVE, { name: 'a'.repeat(2 ** 20) }), chart(ARCHIVE, { name: 'b' }));
  expect(long.lines.at(-1)).toMatch(/^ {2}config: name {2}"a{385}…$/);
});

test.each<readonly [string, Graph, RegExp]>([
  ['a chart whose layer is no gzip', chart(Buffer.from('no gzip')), /what differs cannot be told: /],
  ['a chart whose layer is no tar', chart(gzipSync('no tar')), /what differs cannot be told: /],
  ['an image', image('an image', []), /what is published is no Helm chart/],
  ['an index', multiArch('an index', 10), /what is published is no Helm chart/],
])('%s under the tag: both digests all the same', async (_, theirs, line) => {
  const { lines } = await refusal(theirs, chart(ARCHIVE));
  expect(lines.join('\n')).toMatch(line);
});

test('of a layer that unpacks to more than Helm opens, no more is unpacked than that', async () => {
  // 1 GiB in 1 MiB: members of gzip follow each other, as RFC 1952 has it.
  const bomb = Buffer.concat(Array<Buffer>(16).fill(gzipSync(Buffer.alloc(2 ** 26))));
  const before = process.resourceUsage().maxRSS;
  const { lines } = await refusal(chart(bomb), chart(ARCHIVE));
  expect(lines).toEqual([
    '  what differs cannot be told: The bytes are no chart archive: unpacked it has more than 104857600 bytes',
  ]);
  expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(300);
});

test('a layer or a configuration that says it is huge is not asked for', async () => {
  const [config, layer] = [Buffer.from('{"name":"a"}'), Buffer.from('layer')];
  const huge = (bytes: Buffer, mediaType: string) => ({
    ...describeBytes(bytes, mediaType),
    size: 3 * 2 ** 30,
  });
  for (const members of [
    { config: describeBytes(config, HELM_CONFIG), layers: [huge(layer, HELM_CHART)] },
    { config: huge(config, HELM_CONFIG), layers: [describeBytes(layer, HELM_CHART)] },
  ]) {
    const theirs = manifest(members, [config, layer]);
    const target = await openOn(registry.host);
    registry.content.manifests.set(`owner/name ${theirs.root.digest}`, {
      mediaType: OCI_MANIFEST,
      bytes: Buffer.from(theirs.contents.get(theirs.root.digest) ?? ''),
    });
    registry.content.tags.set('owner/name 1.0.0', theirs.root.digest);
    const publication = {
      source: graphStore(chart(ARCHIVE)),
      root: chart(ARCHIVE).root,
      target,
      tag: '1.0.0',
    };
    const plan = await inspect(publication);
    const from = registry.requests.length;
    await expect(refuseConflict({ kind: 'chart', publication, plan })).rejects.toThrow(
      /what differs cannot be told: .* has 3221225472 bytes, more than \d+$/,
    );
    const asked = registry.requests.slice(from).map(({ url }) => url);
    const hugeDigest = (members.layers[0]?.size ?? 0) > 100 ? digestOf(layer) : digestOf(config);
    expect(asked.filter((url) => url.includes(hugeDigest))).toEqual([]);
  }
});

test('a layer that cannot be read: both digests all the same', async () => {
  registry.faults.add({ method: 'GET', path: '/blobs/', times: 99, effect: { kind: 'status', status: 403 } });
  const { lines } = await refusal(chart(ARCHIVE), chart(ARCHIVE, {}));
  expect(lines).toEqual([expect.stringMatching(/what differs cannot be told: .*403/)]);
});

test('of an image no file is named, and nobody is told to raise a chart’s version', async () => {
  const { lines, hint } = await refusal(image('theirs', []), image('mine', []), 'image');
  expect([lines, hint]).toEqual([[], expect.not.stringContaining('chart.version')]);
});
