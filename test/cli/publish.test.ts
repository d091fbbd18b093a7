import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseLock } from '../../scripts/recipe/lock.ts';
import { fakeRegistry } from '../helpers/fake-registry.ts';
import { runCommand } from '../helpers/command-line.ts';
import { pinImage, setMirror } from '../helpers/project.ts';
import { ROOT } from '../helpers/this-project.ts';
import { site, type Site } from './setup.ts';

const DIGEST = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string;

interface Receipt {
  readonly digest: string;
  readonly pulledBy: readonly string[];
  readonly anonymousPulls: readonly object[];
}

let here: Site;

beforeAll(async () => {
  here = await site();
});
afterAll(() => here.close());

test('mirror, then release to the mirror’s registry: JSON that names what was done', async () => {
  const { host } = here.registry;
  const mirrored = await runCommand('mirror', [
    '--project',
    here.project,
    '--json',
    '--registry',
    here.target,
  ]);
  expect(JSON.parse(mirrored.stdout)).toMatchObject([
    { target: `${host}/site/multus-cni`, tag: 'v9-thick', digest: here.image.digest, pull: 'anyone' },
  ]);
  const [{ steps }] = JSON.parse(mirrored.stdout) as [
    { readonly steps: readonly { readonly action: string }[] },
  ];
  // Source and target are one registry: no blob goes over the wire.
  expect(steps.map(({ action }) => action).toSorted()).toEqual([
    ...repeated('mount', 5),
    ...repeated('upload', 3),
  ]);
  expect(here.registry.content.tags.get('site/multus-cni v9-thick')).toBe(here.image.digest);

  const released = await runCommand('release', [
    '--project',
    here.project,
    '--json',
    '--registry',
    here.target,
  ]);
  const receipt = JSON.parse(released.stdout) as Receipt;
  expect(receipt).toMatchObject({ target: `${host}/site/multus`, tag: '1.0.0', digest: DIGEST });
  expect(here.registry.content.tags.get('site/multus 1.0.0')).toBe(receipt.digest);
  expect(await receiptIn(here.project)).toEqual(receipt);
  const image = `${host}/upstream/multus-cni@${here.image.digest}`;
  expect(receipt.anonymousPulls).toEqual([{ image, pull: 'anyone' }]);
  expect(receipt.pulledBy).toEqual([expect.stringMatching(/^3\./), expect.stringMatching(/^4\./)]);
  const blobs = here.registry.requests.filter(({ url }) => url.includes('/site/multus/blobs/'));
  const agents = new Set(blobs.map(({ headers }) => headers['user-agent'] ?? ''));
  expect([...agents].filter((agent) => agent.startsWith('Helm/')).toSorted()).toEqual([
    expect.stringMatching(/^Helm\/3\./),
    expect.stringMatching(/^Helm\/4\./),
  ]);
  const validate = new Ajv().compile(await receiptSchema());
  expect([validate(receipt), validate.errors]).toEqual([true, null]);
  const lock = await readFile(join(here.project, 'upstream/lock.yaml'), 'utf8');
  expect(parseLock(lock, 'lock.yaml').images['image']?.digest).toBe(here.image.digest);
});

test('the plan of a mirror within one registry mounts', async () => {
  const target = here.target.replace('/site', '/mounts');
  const args = ['--project', here.project, '--registry', target, '--dry-run'];
  const { stdout } = await runCommand('mirror', args);
  expect(
    stdout
      .match(/^ {2}(mount|upload) +(blob|manifest|index) /gm)
      ?.map((line) => line.trim().replace(/ +/, ' ')),
  ).toEqual([
    'mount blob',
    'mount blob',
    'mount blob',
    'upload manifest',
    'mount blob',
    'mount blob',
    'upload manifest',
    'upload index',
  ]);
});

test('a release that Helm cannot pull has a receipt: it is published', async () => {
  // Only Helm asks for a tag by HEAD.
  const fault = { method: 'HEAD', path: '/manifests/1.0.0', times: 9 };
  here.registry.faults.add({ ...fault, effect: { kind: 'status', status: 403 } });
  const target = here.target.replace('/site', '/unpulled');
  const args = ['--project', here.project, '--json', '--registry', target];
  const { code, stdout, stderr } = await runCommand('release', args);
  here.registry.faults.clear();
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^error: helm \d\S+ pull: .*\n {2}HELM_FAILED/m);
  const digest = here.registry.content.tags.get('unpulled/multus 1.0.0');
  expect(await receiptIn(here.project)).toMatchObject({
    target: target.slice('oci://'.length) + '/multus',
    digest,
    pulledBy: [],
  });
});

test('bundle, then a dry run of its release elsewhere: the same two digests', async () => {
  const output = join(here.project, 'dist', 'site.tar');
  const bundled = await runCommand('bundle', ['--project', here.project, '--json', '--output', output]);
  const made = JSON.parse(bundled.stdout) as { readonly items: readonly { readonly digest: string }[] };
  const items = [
    { kind: 'image', name: 'multus-cni', tag: 'v9-thick', digest: here.image.digest },
    { kind: 'chart', name: 'multus', tag: '1.0.0', digest: DIGEST },
  ];
  expect(made).toEqual({ path: output, items });
  const away = here.target.replace('/site', '/elsewhere');
  const planned = await runCommand('release', [
    '--from-bundle',
    output,
    '--registry',
    away,
    '--dry-run',
    '--json',
  ]);
  const { plans } = JSON.parse(planned.stdout) as { readonly plans: readonly { readonly digest: string }[] };
  expect(plans.map(({ digest }) => digest)).toEqual(made.items.map(({ digest }) => digest));
  const tags = () => [...here.registry.content.tags].filter(([key]) => key.startsWith('elsewhere/'));
  expect(tags()).toEqual([]);

  const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
  const args = ['--from-bundle', output, '--project', elsewhere, '--json'];
  const released = await runCommand('release', args, { REGISTRY: away });
  expect(JSON.parse(released.stdout)).toMatchObject(
    made.items.map(({ digest }, i) => ({
      digest,
      steps: expect.any(Array) as unknown,
      ...(i === 0 && { pull: 'anyone' }),
    })),
  );
  expect(tags().map(([, digest]) => digest)).toEqual(made.items.map(({ digest }) => digest));
  // The folder is no project: a bundle needs none.
  const receipt = await receiptIn(elsewhere);
  expect(receipt).toMatchObject({
    target: away.slice('oci://'.length) + '/multus',
    chart: { name: 'multus', version: '1.0.0' },
    digest: made.items[1]?.digest,
    contents: [{ what: 'config' }, { what: 'chart' }, { what: 'manifest' }],
    steps: expect.arrayContaining(
      ['multus-cni', 'multus'].map(
        (name) => expect.objectContaining({ target: `${away.slice('oci://'.length)}/${name}` }) as unknown,
      ),
    ) as unknown,
    pulledBy: [expect.stringMatching(/^3\./), expect.stringMatching(/^4\./)],
    // The copy, and the image where the chart names it.
    anonymousPulls: [away, here.target.replace('/site', '/upstream')].map((owner) => ({
      image: `${owner.slice('oci://'.length)}/multus-cni@${here.image.digest}`,
      pull: 'anyone',
    })),
  });
  const validate = new Ajv().compile(await receiptSchema());
  expect([validate(receipt), validate.errors]).toEqual([true, null]);
  await rm(elsewhere, { recursive: true });
});

test('a release to dist/oci waits for the mirror, too, and names the command', async () => {
  const other = await site();
  await setMirror(other.project, other.target);
  const args = ['--project', other.project];
  const refused = await runCommand('release', args);
  expect(refused.stderr).toMatch(/^error: The mirror does not hold every pinned image:\n/);
  expect(refused.stderr).toContain(`Run npm run mirror -- --project ${other.project}, or release with`);
  expect(refused.code).toBe(1);
  expect((await runCommand('mirror', args)).code).toBe(0);
  const { code, stdout } = await runCommand('release', args);
  expect(stdout).toMatch(/^image {7}\S+\/site\/multus-cni@sha256:\w+: complete$/m);
  expect(code).toBe(0);
  await other.close();
});

test('a bundle whose chart names its image elsewhere: warned of out of reach, refused when it is not there', async () => {
  const [other, away] = await Promise.all([site(), fakeRegistry({ flavour: 'gitea' })]);
  const bundle = join(other.project, 'dist', 'site.tar');
  expect((await runCommand('bundle', ['--project', other.project, '--output', bundle])).code).toBe(0);
  const release = () =>
    runCommand('release', [
      '--dry-run',
      '--project',
      other.project,
      '--from-bundle',
      bundle,
      '--registry',
      `oci://${away.host}/site`,
    ]);
  const named = `${other.registry.host}/upstream/multus-cni`;
  const found = await release();
  expect(found.stdout).toContain(`${named}@${other.image.digest}: complete\n`);
  expect([found.code, found.stderr]).toEqual([0, '']);
  other.registry.faults.add({ path: '/manifests/', times: 9, effect: { kind: 'status', status: 403 } });
  const unchecked = await release();
  expect(unchecked.stderr).toBe(
    `warning: the chart names its image at ${named}, not at ${away.host}/site; for a chart that names the copy set images.mirror: oci://${away.host}/site in recipe.yaml before npm run bundle\n`,
  );
  expect(unchecked.code).toBe(0);
  other.registry.faults.clear();
  other.registry.content.manifests.clear();
  const missing = await release();
  expect(missing.stderr).toContain(`error: ${named} does not have ${other.image.digest}`);
  expect(missing.code).toBe(3);
  await Promise.all([other.close(), away.close()]);
});

test('a bundle is not published where its receipt could not be written', async () => {
  const other = await site();
  const bundle = join(other.project, 'site.tar');
  expect((await runCommand('bundle', ['--project', other.project, '--output', bundle])).code).toBe(0);
  await rm(join(other.project, 'dist'), { recursive: true, force: true });
  await writeFile(join(other.project, 'dist'), '');
  const args = ['--project', other.project, '--from-bundle', bundle, '--registry', other.target];
  const { code, stderr } = await runCommand('release', args);
  expect(stderr).toMatch(/^error: .*\/dist: a file is where a folder should be\n {2}FILE_SYSTEM/);
  expect(code).toBe(1);
  expect([...other.registry.content.tags.keys()]).toEqual(['upstream/multus-cni v9-thick']);
  await other.close();
});

test('a chart that would share a repository with its image is refused', async () => {
  const other = await site();
  const { host } = other.registry;
  const image = { repository: 'upstream/multus', tag: 'v9-thick', digest: other.image.digest };
  await pinImage(other.project, { registry: host, ...image });
  await setMirror(other.project, other.target);
  const args = ['--project', other.project, '--registry', other.target, '--dry-run'];
  const { code, stderr } = await runCommand('release', args);
  expect(stderr).toMatch(
    `error: the chart multus and the image ${host}/upstream/multus would both be ${host}/site/multus\n  REGISTRY_REFERENCE`,
  );
  expect(code).toBe(2);
  await other.close();
});

test('a dry run with a mirror that is empty prints the plan, then refuses as the release will', async () => {
  const other = await site();
  await setMirror(other.project, other.target);
  const args = ['--project', other.project, '--registry', other.target, '--dry-run'];
  const { code, stdout, stderr } = await runCommand('release', args);
  expect(stdout).toMatch(
    /^image .*\/site\/multus-cni@sha256:\w+: missing\nplanned .*\n {2}upload {2}config /m,
  );
  expect(stderr).toMatch(/^error: The mirror does not hold every pinned image:\n/);
  expect(code).toBe(1);
  await other.close();
});

function repeated(word: string, times: number): readonly string[] {
  return Array.from({ length: times }, () => word);
}

async function receiptIn(project: string): Promise<unknown> {
  return JSON.parse(await readFile(join(project, 'dist/multus-1.0.0.receipt.json'), 'utf8'));
}

async function receiptSchema(): Promise<object> {
  return JSON.parse(await readFile(join(ROOT, 'scripts/publish/receipt.schema.json'), 'utf8')) as object;
}
