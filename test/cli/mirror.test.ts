import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { graphStore, image } from '../helpers/oci-graph.ts';
import { setMirror } from '../helpers/project.ts';
import { expectNoSecret, LOGIN } from '../helpers/secret-forms.ts';
import { openOn } from '../oci/registry-setup.ts';
import { site, type Site } from './setup.ts';

let here: Site;
beforeAll(async () => {
  here = await site();
});
afterAll(() => here.close());

const OTHER = image('something else', []);

/** Puts another content under a tag of the site's registry. */
async function occupy(repository: string, tag: string): Promise<void> {
  const store = await openOn(here.registry.host, repository);
  await copy(graphStore(OTHER), store, OTHER.root, { tag });
}

function run(name: string, ...args: readonly string[]): Promise<CommandResult> {
  return runCommand(name, ['--project', here.project, ...args]);
}

function owner(name: string): string {
  return here.target.replace('/site', `/${name}`);
}

test('some platforms are copied under a tag of their own, with the digest that is said', async () => {
  const platform = ['--platform', 'linux/arm64', '--new-digest'];
  const { code, stdout } = await run('mirror', '--registry', owner('some'), ...platform, '--json');
  const [copied] = JSON.parse(stdout) as [{ readonly tag: string; readonly digest: string }];
  expect([code, copied.tag]).toEqual([0, 'v9-thick-linux-arm64']);
  expect(copied.digest).not.toBe(here.image.digest);
  const tags = [...here.registry.content.tags].filter(([key]) => key.startsWith('some/'));
  expect(tags).toEqual([['some/multus-cni v9-thick-linux-arm64', copied.digest]]);
});

test('a platform that the image does not have is a mistake of usage', async () => {
  const platform = ['--platform', 'linux/riscv64', '--new-digest'];
  const { code, stderr } = await run('mirror', '--registry', owner('none'), ...platform);
  expect(stderr).toMatch(/has no platform linux\/riscv64; it has linux\/amd64, linux\/arm64\n {2}USAGE/);
  expect(code).toBe(2);
});

test('a tag that upstream has moved stays where it is; the pinned image comes beside it', async () => {
  await occupy('moved/multus-cni', 'v9-thick');
  const { code, stdout, stderr } = await run('mirror', '--registry', owner('moved'), '--json');
  const tag = `v9-thick-${here.image.digest.slice('sha256:'.length)}`;
  expect([code, JSON.parse(stdout)]).toMatchObject([0, [{ tag, digest: here.image.digest }]]);
  expect(stderr).toContain(
    `/moved/multus-cni:v9-thick is another image, which stays; this one is tagged ${tag}\n`,
  );
  expect(here.registry.content.tags.get('moved/multus-cni v9-thick')).toBe(OTHER.root.digest);
});

test('a mirror that nodes cannot pull from is warned of, and is no failure; JSON and receipt say it', async () => {
  const env = { REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };
  const closed = await site({ login: LOGIN }, { env: { HOME: '/nonexistent', ...env } });
  const command = async (name: string): Promise<CommandResult> =>
    runCommand(name, ['--project', closed.project, '--json'], env);
  const warning = `nodes cannot pull ${closed.registry.host}/site/multus-cni without credentials.`;
  const pull = 'credentials';
  await setMirror(closed.project, closed.target);
  const mirrored = await command('mirror');
  expect([mirrored.code, JSON.parse(mirrored.stdout)]).toMatchObject([0, [{ pull }]]);
  expect(mirrored.stderr).toContain(warning);
  // To dist/oci: what it names must be there, and nodes must get it from there.
  const released = await command('release');
  const held = { image: `${closed.registry.host}/site/multus-cni@${closed.image.digest}`, pull };
  const receipt = JSON.parse(released.stdout) as object;
  expect([released.code, receipt]).toMatchObject([0, { anonymousPulls: [held] }]);
  expect(released.stderr).toContain(warning);
  expectNoSecret(mirrored.stderr + released.stderr);
  await closed.close();
});

test('a registry is the same however it is written', async () => {
  const [, port] = here.registry.host.split(':');
  const { code, stdout, stderr } = await run('mirror', '--registry', `OCI://LOCALHOST:${port}/written/`);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`published   localhost:${port}/written/multus-cni:v9-thick (`);
});

test('--mirror-images without images.mirror says that the chart names upstream’s registry', async () => {
  const args = ['--registry', owner('images'), '--mirror-images', '--dry-run'];
  const { code, stderr } = await run('release', ...args);
  expect(stderr).toMatch(
    /^warning: the images are copied to oci:\S+\/images, but the chart names them at upstream's registry; set images\.mirror/,
  );
  expect(code).toBe(0);
});

test('a bundle whose chart is released with another content is refused; its image comes beside another', async () => {
  const output = join(here.project, 'dist', 'site.tar');
  expect((await run('bundle', '--output', output)).code).toBe(0);
  await occupy('taken/multus', '1.0.0');
  await occupy('taken/multus-cni', 'v9-thick');
  const { code, stdout, stderr } = await run(
    'release',
    '--from-bundle',
    output,
    '--registry',
    owner('taken'),
  );
  expect(stderr).toMatch(/taken\/multus-cni:v9-thick is another image, which stays/);
  expect(stderr).toContain(
    `/taken/multus:1.0.0 is published with another content\n  published  ${OTHER.root.digest}\n`,
  );
  expect(stderr).toMatch(
    / {2}this one {3}sha256:[0-9a-f]{64}\n {2}what is published is no Helm chart\n {2}PUBLISH_CONFLICT/,
  );
  expect([code, stdout.includes('upload')]).toEqual([1, true]);
  // Nothing was sent, not even the image.
  expect([...here.registry.content.manifests.keys()].filter((key) => key.startsWith('taken/'))).toHaveLength(
    2,
  );
});
