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

/** A chart as Helm pushes it. */
function chart(archive: Uint8Array, config: object = { name: 'a' }, annotations: object = {}): Graph {
  const configuration = Buffer.from(JSON.stringify(config));
  const layers = [describeBytes(archive, HELM_CHART)];
  const json = { schemaVersion: 2, config: describeBytes(configuration, HELM_CONFIG), layers, annotations };
  const bytes = Buffer.from(JSON.stringify(json));
  const contents = new Map([configuration, archive, bytes].map((content) => [digestOf(content), content]));
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

test.each<readonly [string, Graph, RegExp]>([
  ['a chart whose layer is no gzip', chart(Buffer.from('no gzip')), /what differs cannot be told: /],
  ['a chart whose layer is no tar', chart(gzipSync('no tar')), /what differs cannot be told: /],
  ['an image', image('an image', []), /what is published is no Helm chart/],
  ['an index', multiArch('an index', 10), /what is published is no Helm chart/],
])('%s under the tag: both digests all the same', async (_, theirs, line) => {
  const { lines } = await refusal(theirs, chart(ARCHIVE));
  expect(lines.join('\n')).toMatch(line);
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
