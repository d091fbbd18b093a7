import { createHash } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ChartFiles } from '../../scripts/chart/assemble.ts';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import { packArchive } from '../../scripts/package/archive.ts';
import { packageChart, type Blob } from '../../scripts/package/artifact.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { smallProject } from '../chart/small-project.ts';
import { thisProject } from '../helpers/this-project.ts';

const CREATED = '2026-01-02T03:04:05Z';

/** A chart of nothing but its Chart.yaml, in which every reader of YAML takes every character. */
function chartOf(metadata: JsonObject): ChartFiles {
  const text = JSON.stringify({ apiVersion: 'v2', name: 'agent', version: '1.0.0', ...metadata });
  const escaped = text.replaceAll(
    /[\u007F-\uD7FF\uE000-\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Map([['Chart.yaml', escaped]]);
}

const GOLDEN: ChartFiles = new Map([
  ...chartOf({
    description: 'An agent.',
    home: 'https://upstream.test',
    sources: ['https://upstream.test/source'],
    maintainers: [{ name: 'A. Person', email: 'a@upstream.test' }],
    annotations: { 'artifacthub.io/license': 'Apache-2.0' },
  }),
  ['values.yaml', 'a: 1\n'],
]);

function textOf({ bytes }: Blob): string {
  return new TextDecoder().decode(bytes);
}

describe('packageChart', () => {
  test('golden: the manifest', async () => {
    const { manifest } = await packageChart(GOLDEN, CREATED);
    await expect(`${JSON.stringify(JSON.parse(textOf(manifest)), null, 2)}\n`).toMatchFileSnapshot(
      '../golden/package/manifest.json',
    );
    // Compact, without the mediaType member, which Helm leaves out too.
    expect(textOf(manifest)).toMatch(
      /^\{"schemaVersion":2,"config":\{"mediaType":"[^"]+","digest":"[^"]+","size":\d+\},"layers":\[/,
    );
  });

  test('every digest and size is of the bytes', async () => {
    const { files } = await smallProject();
    const { name, version, config, chart, manifest } = await packageChart(files, CREATED);
    for (const { descriptor, bytes } of [config, chart, manifest]) {
      expect(descriptor.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
      expect(descriptor.size).toBe(bytes.byteLength);
    }
    expect([name, version]).toEqual(['agent', '0.2.0-rc.1']);
    expect([config, chart, manifest].map(({ descriptor }) => descriptor.mediaType)).toEqual([
      'application/vnd.cncf.helm.config.v1+json',
      'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
      'application/vnd.oci.image.manifest.v1+json',
    ]);
    expect(chart.bytes).toEqual(await packArchive(name, files, CREATED));
    expect(JSON.parse(textOf(manifest))).toMatchObject({
      config: config.descriptor,
      layers: [chart.descriptor],
    });
  });

  test('the same files give the same artifact, whatever their order', async () => {
    const { files } = await smallProject();
    const expected = (await packageChart(files, CREATED)).manifest.descriptor.digest;
    const orders = fc.shuffledSubarray([...files], { minLength: files.size });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        expect((await packageChart(new Map(order), CREATED)).manifest.descriptor.digest).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['with build metadata', '1.0.0+1', 'is not in canonical form, or has build metadata'],
    ['with a v', 'v1.0.0', 'is not in canonical form, or has build metadata'],
    ['without patch', '1.0', 'is no semantic version'],
    ['with a leading zero', '1.01.0', 'is no semantic version'],
    ['that is a word', 'latest', 'is no semantic version'],
  ])('a version %s is refused', async (_, version, message) => {
    await expect(packageChart(chartOf({ version }), CREATED)).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      message: `The chart's version "${version}" ${message}`,
    });
  });

  test('files without Chart.yaml are refused', async () => {
    await expect(packageChart(new Map([['values.yaml', '']]), CREATED)).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
    });
  });
});

describe('what helm push makes of the archive', () => {
  let registry: FakeRegistry;
  let folder = '';
  let engines: readonly Helm[] = [];

  beforeAll(async () => {
    [registry, folder, engines] = await Promise.all([
      fakeRegistry(),
      mkdtemp(join(tmpdir(), 'push-')),
      testEngines(),
    ]);
  });
  afterAll(() => Promise.all([registry.close(), rm(folder, { recursive: true })]));
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  async function read(path: string): Promise<string> {
    return (await fetch(`http://${registry.host}/v2/${path}`)).text();
  }

  /** Config and manifest as a Helm pushes them: its time is the archive's, in the local zone. */
  async function pushed(helm: Helm, { name, version, chart }: Awaited<ReturnType<typeof packageChart>>) {
    const file = join(folder, 'chart.tgz');
    await writeFile(file, chart.bytes);
    await utimes(file, new Date(CREATED), new Date(CREATED));
    vi.stubEnv('TZ', 'UTC');
    const { status, stderr } = await helm.exec(['push', file, `oci://${registry.host}/own`, '--plain-http']);
    expect(status, stderr).toBe(0);
    const manifest = await read(`own/${name}/manifests/${version}`);
    const { config } = JSON.parse(manifest) as { readonly config: { readonly digest: string } };
    return { manifest, config: await read(`own/${name}/blobs/${config.digest}`) };
  }

  /** Texts of which Helm keeps something else, and such as JSON and HTML are particular about. */
  const TEXT =
    ' a\tb\n\rc\u0000\u0007\u001B\u007F\u0085\u00A0\u00AD\u1680\u200B\u2003\u2028\uFEFF\uE000<&>"\\é漢e\u0301😀\n';

  test.each<[string, () => Promise<ChartFiles>]>([
    ['this chart', async () => (await thisProject()).files],
    ['a small chart', async () => (await smallProject()).files],
    ['a chart that says nothing of itself', async () => chartOf({})],
    [
      'a chart with every member, and texts that Helm tidies',
      async () =>
        chartOf({
          type: 'library',
          deprecated: true,
          dependencies: [
            { name: TEXT, version: TEXT, repository: TEXT, condition: TEXT, tags: [TEXT], enabled: true },
            { name: 'b', alias: 'c', 'import-values': [TEXT, { child: TEXT, parent: 'd' }] },
          ],
          kubeVersion: TEXT,
          annotations: {
            z: TEXT,
            a: '',
            'org.opencontainers.image.title': 'mine',
            'org.opencontainers.image.url': 'mine',
          },
          appVersion: TEXT,
          tags: TEXT,
          condition: TEXT,
          icon: TEXT,
          maintainers: [{ url: TEXT, email: TEXT, name: TEXT }, { name: 'B' }, { name: 'C', email: '' }],
          keywords: [TEXT, '', '\n'],
          description: TEXT,
          sources: [TEXT, 'x'],
          home: TEXT,
        }),
    ],
    [
      'a chart whose texts are blank',
      async () =>
        chartOf({ description: '\n', home: '\u0007', sources: ['\t'], maintainers: [{ name: '\u200B' }] }),
    ],
  ])('%s: the same config and manifest, byte for byte', async (_, files) => {
    const artifact = await packageChart(await files(), CREATED);
    for (const helm of engines) {
      const theirs = await pushed(helm, artifact);
      expect(textOf(artifact.config)).toBe(theirs.config);
      expect(textOf(artifact.manifest)).toBe(theirs.manifest);
    }
  });
});
