import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { copy } from '../../scripts/oci/copy.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { packageChart, type Artifact } from '../../scripts/package/artifact.ts';
import type { Built } from '../../scripts/built.ts';
import { artifactStore } from '../../scripts/publish/artifact-store.ts';
import { title, type Review } from '../../scripts/review/review.ts';
import { otherSide, type Surroundings } from '../../scripts/sides/against.ts';
import { reviewChart } from '../../scripts/sides/own.ts';
import { testEngines } from '../helpers/engines.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { openOn } from '../oci/registry-setup.ts';

const RELEASE = { name: 'multus', namespace: 'default' };
const SITE = { platform: 'k3s' };

let folder = '';
let registry: FakeRegistry;
let artifact: Artifact;
let built: Built;
let helm: Helm;

beforeAll(async () => {
  built = await thisProject();
  const [engine] = await testEngines();
  helm = engine as Helm;
  [folder, registry, artifact] = await Promise.all([
    mkdtemp(join(tmpdir(), 'sides-')),
    fakeRegistry({ flavour: 'gitea' }),
    packageChart(built.files, built.lock.created),
  ]);
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

/** This chart against another side, each with its values. */
async function against(name: string, own: JsonObject = {}, others = own, project = ROOT): Promise<Review> {
  const around: Surroundings = {
    built: { ...built, project: { ...built.project, root: project } },
    installation: { values: others, release: RELEASE },
    helm: async () => helm,
    registry: { env: {} },
    input: async () => '',
  };
  return reviewChart(built, await otherSide(name, around), { values: own, release: RELEASE });
}

const titles = ({ groups }: Review): readonly string[] => groups.map((group) => title(group));

describe('a version that was published', () => {
  test('to a registry: the same with the same values on both sides, as Helm renders it', async () => {
    const store = await openOn(registry.host, 'infra/multus');
    await copy(artifactStore(artifact), store, artifact.manifest.descriptor, { tag: artifact.version });
    const name = `oci://${registry.host}/infra/multus`;
    const digest = artifact.manifest.descriptor.digest;
    const same = await against(`${name}:1.0.0`, SITE);
    expect(same).toMatchObject({
      groups: [],
      before: `multus 1.0.0 of ${registry.host}/infra/multus (${digest.slice(0, 19)})`,
    });
    expect((await against(`${name}@${digest}`)).groups).toEqual([]);
    expect(titles(await against(`${name}:1.0.0`, SITE, {}))).toContain('platform (your values)');
    await expect(against(`${name}:9.9.9`)).rejects.toMatchObject({ code: 'OCI_NOT_FOUND' });
    await expect(against(name)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('to a layout, by the version that the recipe has or another; altered bytes are refused', async () => {
    const layout = join(folder, 'oci');
    await copy(artifactStore(artifact), layoutStore(layout), artifact.manifest.descriptor, {
      tag: artifact.version,
    });
    for (const name of [layout, `${layout}:1.0.0`]) expect((await against(name)).groups).toEqual([]);
    await expect(against(`${layout}:2.0.0`)).rejects.toMatchObject({ code: 'OCI_NOT_FOUND' });
    const { digest } = artifact.chart.descriptor;
    await writeFile(join(layout, 'blobs', 'sha256', digest.slice('sha256:'.length)), 'altered');
    await expect(against(layout)).rejects.toMatchObject({ code: 'OCI_DIGEST' });
  });

  test('or lies on the disk, packed or not', async () => {
    const old = join(ROOT, 'test', 'fixtures', 'releases', 'multus-0.9.0.tgz');
    expect((await against(old)).groups.length).toBeGreaterThan(0);
    expect((await against(join(ROOT, 'chart'))).groups).toEqual([]);
  });
});

describe('another revision', () => {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.test', ...args], {
      encoding: 'utf8',
    });

  beforeAll(() => {
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '--message', 'none');
    git('tag', 'none');
  });

  test('is what its chart renders, of a project in a folder of the repository too', async () => {
    for (const project of [folder, join(folder, 'sub')]) {
      await cp(join(ROOT, 'chart'), join(project, 'chart'), { recursive: true });
      git('add', '.');
      git('commit', '--quiet', '--message', 'one');
      const found = await against('git:HEAD', SITE, SITE, project);
      expect(found.groups).toEqual([]);
      expect(found.before).toMatch(/^multus 1\.0\.0 of HEAD \([0-9a-f]{10}\)$/);
    }
  });

  test.each([
    ['chart/templates/x.yaml', '/etc/hostname'],
    ['chart/Chart.yaml', 'values.yaml'],
    ['chart', 'sub'],
  ])('%s that is a link is refused by name', async (path, target) => {
    const project = await mkdtemp(join(folder, 'linked-'));
    await cp(join(ROOT, 'chart'), join(project, 'chart'), { recursive: true });
    await rm(join(project, path), { recursive: true, force: true });
    await symlink(target, join(project, path));
    git('add', '.');
    git('commit', '--quiet', '--message', 'linked');
    await expect(against('git:HEAD', {}, {}, project)).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
      message: `${path} of HEAD is a symbolic link to ${target}`,
    });
  });

  test.each(['git:nothing-like-it', 'git:--output=x', 'git:none', 'git:'])('%s is refused', async (name) => {
    await expect(against(name, {}, {}, folder)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

test('a file of objects that is not there, and one that holds none', async () => {
  await expect(against('/nowhere.yaml')).rejects.toMatchObject({ code: 'FILE_MISSING' });
  const file = join(folder, 'none.yaml');
  await writeFile(file, '# nothing\n');
  await expect(against(file)).rejects.toMatchObject({ code: 'PARSE_OBJECT' });
});

test('what somebody set by hand is not declared by a departure; in what Helm installed it is', async () => {
  const upstream = await readFile(join(ROOT, 'upstream', 'manifest.yaml'), 'utf8');
  const byHand = upstream.replace(
    /(limits:\s+cpu: "100m"\s+memory: )"50Mi"/,
    (_, head: string) => `${head}4Gi`,
  );
  const installed = byHand.replaceAll(
    /^metadata:$/gm,
    'metadata:\n  annotations: { meta.helm.sh/release-name: multus }',
  );
  expect(byHand).not.toBe(upstream);
  for (const [name, text, isDeclared] of [
    ['by-hand.yaml', byHand, false],
    ['installed.yaml', installed, true],
  ] as const) {
    const file = join(folder, name);
    await writeFile(file, text);
    const { groups } = await against(file);
    const found = groups.find(({ items }) => items.some(({ before }) => before === '4Gi'));
    expect([name, found?.causes.map(({ value }) => value)]).toEqual([name, isDeclared ? ['resources'] : []]);
  }
});

test('values that the schema refuses are refused, with where they are wrong', async () => {
  const wrong = { resources: { limits: { memory: [] } }, nope: 1 };
  await expect(against('upstream', wrong)).rejects.toMatchObject({
    code: 'VALUES_REFUSED',
    message: expect.stringMatching(
      /^nope is no value of the chart\n[\s\S]*^resources\.limits\.memory must be/m,
    ) as string,
  });
});
