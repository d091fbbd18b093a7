import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { documentsDigest } from '../../scripts/fetch/documents-digest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { parseLock, type Lock } from '../../scripts/recipe/lock.ts';
import { runCommand } from '../helpers/command-line.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { graphStore, multiArch } from '../helpers/oci-graph.ts';
import { openOn } from '../oci/registry-setup.ts';
import { ROOT } from '../helpers/this-project.ts';

const GRAPH = multiArch('pinned', 100);
const IMAGE = { repository: 'k8snetworkplumbingwg/multus-cni', tag: 'v4.2.4-thick' };

let folder = '';
let registry: FakeRegistry;

/** This project, but with its image at the fake registry. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pin-'));
  registry = await fakeRegistry();
  await copy(graphStore(GRAPH), await openOn(registry.host, IMAGE.repository), GRAPH.root, {
    tag: IMAGE.tag,
  });
  for (const path of ['recipe.yaml', 'values.schema.json', 'CHANGELOG.md', 'templates', 'upstream'])
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  const documents = (await lock()).documents;
  await edit('upstream/manifest.yaml', (text) => text.replaceAll('ghcr.io', registry.host));
  const manifest = parseManifest(
    await readFile(join(folder, 'upstream/manifest.yaml'), 'utf8'),
    'manifest.yaml',
  );
  await edit('upstream/lock.yaml', (text) => text.replace(documents, documentsDigest(manifest)));
});

afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(join(folder, path), change(await readFile(join(folder, path), 'utf8')));
}

async function lock(): Promise<Lock> {
  return parseLock(await readFile(join(folder, 'upstream/lock.yaml'), 'utf8'), 'lock.yaml');
}

/** Exit code and what was said. */
async function pin(...args: readonly string[]): Promise<readonly [code: number, said: string]> {
  const env = { HOME: folder, SOURCE_DATE_EPOCH: '1800000000', GITEA_TOKEN: 'not-for-this' };
  const { code, stdout, stderr } = await runCommand('pin', ['--project', folder, ...args], env);
  return [code, code === 0 ? stdout : stderr];
}

test('the registry contradicts the recipe, agrees with it, then there is nothing to do', async () => {
  const before = await lock();
  const [refused, why] = await pin();
  expect(refused).toBe(1);
  expect(why).toMatch(
    /the registry says sha256:\w+, recipe.yaml .* says sha256:\w+\n {2}IMAGE_DIGEST_MISMATCH/,
  );

  await edit('recipe.yaml', (text) => text.replace(/(?<=^ {4}digest: ).*$/m, GRAPH.root.digest));
  expect(await pin('--dry-run')).toEqual([0, expect.stringMatching(/would write +upstream\/lock.yaml/)]);
  expect(await lock()).toEqual(before);
  expect(await pin()).toEqual([0, expect.stringMatching(/written +upstream\/lock.yaml/)]);
  expect(await lock()).toEqual({
    ...before,
    created: '2027-01-15T08:00:00Z',
    images: {
      image: {
        registry: registry.host,
        ...IMAGE,
        digest: GRAPH.root.digest,
        platforms: ['linux/amd64', 'linux/arm64'],
        source: 'registry',
      },
    },
  });
  expect(await pin()).toEqual([0, expect.stringMatching(/unchanged +upstream\/lock.yaml/)]);
  // What is given for publishing is not sent to the registry of an image.
  expect(registry.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
});

test('another tag than the recipe names is pinned, and what else to write is said', async () => {
  await copy(graphStore(GRAPH), await openOn(registry.host, IMAGE.repository), GRAPH.root, { tag: 'v9' });
  const { code, stderr } = await runCommand('pin', ['--project', folder, '--tag', 'v9']);
  expect([code, (await lock()).images['image']?.tag]).toEqual([0, 'v9']);
  expect(stderr).toBe(
    'warning: recipe.yaml images.image.tag is v4.2.4-thick; write v9 there to keep it. ' +
      'chart.appVersion stays 4.2.4: set it to the version that runs\n',
  );
});

test('an image that upstream names by its digest alone: nobody is asked for a tag', async () => {
  const named = `${registry.host}/${IMAGE.repository}`;
  await edit('upstream/manifest.yaml', (text) =>
    text.replaceAll(/image: .*multus-cni.*/g, `image: ${named}@${GRAPH.root.digest}`),
  );
  await edit('recipe.yaml', (text) => text.replace(/^images:\n(?: .*\n)*/m, ''));
  const { documents } = await lock();
  const manifest = await readFile(join(folder, 'upstream/manifest.yaml'), 'utf8');
  await edit('upstream/lock.yaml', (text) =>
    text.replace(documents, documentsDigest(parseManifest(manifest, 'manifest.yaml'))),
  );
  const asked = registry.requests.length;
  const [code, said] = await pin();
  expect([code, registry.requests.length - asked]).toEqual([0, 0]);
  expect(said).not.toContain('moves');
  expect((await lock()).images['image']).toMatchObject({ digest: GRAPH.root.digest });
});

test('digests by file: nobody is asked, the recipe must agree, the lock says whence', async () => {
  const file = join(folder, 'images.txt');
  await writeFile(file, `${registry.host}/${IMAGE.repository}:${IMAGE.tag}@${GRAPH.root.digest}\n`);
  const asked = registry.requests.length;
  expect(await pin('--from', file)).toEqual([
    1,
    expect.stringMatching(/the file says sha256:\w+, recipe.yaml/),
  ]);
  await edit('recipe.yaml', (text) => text.replace(/(?<=^ {4}digest: ).*$/m, GRAPH.root.digest));
  expect(await pin('--from', file)).toEqual([0, expect.stringContaining('(the file says so)')]);
  expect((await lock()).images['image']).toMatchObject({ digest: GRAPH.root.digest, source: 'file' });
  expect(registry.requests).toHaveLength(asked);
  // What is pinned stays where nobody says anything else.
  await edit('recipe.yaml', (text) => text.replace(/^ {4}digest: .*\n/m, ''));
  expect(await pin('--offline')).toEqual([0, expect.stringMatching(/unchanged +upstream\/lock.yaml/)]);
  await writeFile(file, 'nothing\n');
  expect(await pin('--from', file)).toEqual([
    1,
    expect.stringContaining(`${file} states no digest of an image\n  IMAGE_LIST`),
  ]);
});

test('a tag that moves is said', async () => {
  await copy(graphStore(GRAPH), await openOn(registry.host, IMAGE.repository), GRAPH.root, { tag: 'main' });
  const [code, said] = await pin('--tag', 'main', '--json');
  expect([code, (JSON.parse(said) as { moves: unknown }).moves]).toEqual([0, ['image']]);
});

test('a tag that is not there; offline, with and without a stated digest', async () => {
  expect(await pin('--tag', 'v0')).toEqual([3, expect.stringMatching(/:v0: the registry has no such image/)]);
  const asked = registry.requests.length;
  expect(await pin('--offline', '--tag', 'v0')).toEqual([1, expect.stringContaining('IMAGE_UNPINNED')]);
  expect(await pin('--offline')).toEqual([0, expect.stringContaining('recipe.yaml says so')]);
  expect((await lock()).images['image']?.source).toBe('recipe');
  expect(registry.requests).toHaveLength(asked);
});
