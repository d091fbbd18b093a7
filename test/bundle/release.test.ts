import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { packArchive } from '../../scripts/package/archive.ts';
import { releaseBundle } from '../../scripts/bundle/release.ts';
import { CHART_FAULTS } from '../helpers/chart-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { graphStore, helmChart } from '../helpers/oci-graph.ts';
import { listener } from '../helpers/silent.ts';

let registry: FakeRegistry;
let folder = '';
beforeEach(async () => {
  [registry, folder] = await Promise.all([fakeRegistry(), mkdtemp(join(tmpdir(), 'release-bundle-'))]);
});
afterEach(() => Promise.all([registry.close(), rm(folder, { recursive: true })]));

/** The archive of a chart. */
function archive(name: string, version: string): Promise<Uint8Array> {
  const files = new Map([
    ['Chart.yaml', `apiVersion: v2\nname: ${name}\nversion: ${version}\n`],
    ['templates/x.yaml', '{{ required "a value" .Values.x }}\n'],
  ]);
  return packArchive(name, files, '2026-01-01T00:00:00Z');
}

/** Releases a bundle of one chart, `agent`, with these archives. */
async function release(version: string, ...archives: readonly Uint8Array[]): Promise<readonly string[]> {
  const graph = helmChart({ apiVersion: 'v2', name: 'agent', version }, ...archives);
  const bundle = join(folder, 'bundle');
  await copy(graphStore(graph), layoutStore(bundle), graph.root, {
    tag: `agent:${version.replace('+', '_')}`,
  });
  const said: string[] = [];
  await releaseBundle(bundle, {
    registry: `oci://${registry.host}/own`,
    options: { env: { HOME: '/nonexistent' } },
    dryRun: false,
    project: folder,
    tell: listener(said),
  });
  return said;
}

function written(): readonly string[] {
  return registry.requests.map(({ method }) => method).filter((method) => !/^(?:GET|HEAD)$/.test(method));
}

test.each(['a time is NaN', 'its second half is lost', 'Chart.yaml is lost', 'a file leads out of it'])(
  'a chart of which %s is refused by Helm, and nothing is written',
  async (name) => {
    const spoilt = CHART_FAULTS[name]?.(await archive('agent', '1.0.0')) ?? new Uint8Array();
    await expect(release('1.0.0', spoilt)).rejects.toMatchObject({ code: 'HELM_FAILED' });
    expect(written()).toEqual([]);
    expect(await readdir(folder)).toEqual(['bundle']);
  },
);

test('an archive that is of another version than its configuration says is refused, and nothing is written', async () => {
  await expect(release('1.0.0', await archive('agent', '2.0.0'))).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
    message: expect.stringMatching(
      /finds agent 2\.0\.0 in agent-1\.0\.0\.tgz, expected agent 1\.0\.0$/,
    ) as string,
  });
  expect(written()).toEqual([]);
});

test.each(['1.0.0', '1.0.0-rc.1', '1.0.0+build.5'])(
  'a chart that renders nothing without values is published as %s, pulled and loaded',
  async (version) => {
    const said = await release(version, await archive('agent', version));
    expect(said.join('\n')).toMatch(/^pulled by Helm 3\.\S+ and Helm 4\.\S+, the same archive$/m);
    const receipt = await readFile(join(folder, 'dist', `agent-${version}.receipt.json`), 'utf8');
    expect(JSON.parse(receipt)).toMatchObject({
      chart: { name: 'agent', version },
      tag: version.replace('+', '_'),
      pulledBy: [expect.stringMatching(/^3\./), expect.stringMatching(/^4\./)],
    });
  },
);
