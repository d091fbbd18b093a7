import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { documentsDigest } from '../../scripts/fetch/documents-digest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { copy } from '../../scripts/oci/copy.ts';
import { runCommand } from '../helpers/command-line.ts';
import { serve } from '../helpers/http-server.ts';
import { graphStore, multiArch } from '../helpers/oci-graph.ts';
import { openOn } from '../oci/registry-setup.ts';
import { site, type Site } from './setup.ts';

const OTHER = multiArch('another', 500);
let there: Site;
let git: Awaited<ReturnType<typeof serve>>;
let tags: readonly string[] = [];

beforeEach(async () => {
  tags = ['v4.2.1', 'v4.2.2', 'v9.0.0-rc.1', 'nightly'];
  there = await site();
  git = await serve((_, response) => {
    const line = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;
    response.end(
      `${line('# service=git-upload-pack\n')}0000${tags.map((name) => line(`${'1'.repeat(40)} refs/tags/${name}\n`)).join('')}0000`,
    );
  });
  const url = `${git.url}/o/r/raw/tag/{version}/a.yml`;
  await edit('recipe.yaml', (text) => text.replace(/^ {2}url: https:.*$/m, `  url: ${url}`));
  // What the site pins is a tag with a version, so that others can be newer.
  await edit('upstream/lock.yaml', (text) => text.replace('tag: v9-thick', 'tag: v9.0.0-thick'));
  await tag('v9.0.0-thick', there.image.digest);
});
afterEach(() => Promise.all([there.close(), git.close()]));

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const file = join(there.project, path);
  await writeFile(file, change(await readFile(file, 'utf8')));
}

/** Puts a tag on the site's image, or on another. */
async function tag(name: string, digest: string = OTHER.root.digest): Promise<void> {
  const store = await openOn(there.registry.host, 'upstream/multus-cni');
  const isOwn = digest === there.image.digest;
  await copy(graphStore(isOwn ? multiArch('site', 1000) : OTHER), store, isOwn ? there.image : OTHER.root, {
    tag: name,
  });
}

async function outdated(...args: readonly string[]) {
  const { code, stdout, stderr } = await runCommand(
    'outdated',
    ['--project', there.project, '--json', ...args],
    {
      HOME: there.project,
    },
  );
  return {
    code,
    stderr,
    ...(JSON.parse(stdout) as { findings: unknown[]; unknown: unknown[]; current: string[] }),
  };
}

test('all is as it was: 0', async () => {
  await tag('v10.0.0');
  expect(await outdated()).toMatchObject({
    code: 0,
    findings: [],
    unknown: [],
    current: [
      'upstream v4.2.2',
      expect.stringMatching(/^image 127.0.0.1:\d+\/upstream\/multus-cni:v9.0.0-thick$/),
    ],
  });
});

test('a newer upstream, a newer image of the same kind, another digest behind the tag: 1', async () => {
  tags = [...tags, 'v4.3.0', 'v4.10.0'];
  await tag('v9.0.0-thick');
  await tag('v9.1.0-thick');
  const { code, findings } = await outdated();
  expect(code).toBe(1);
  expect(findings).toEqual([
    { kind: 'upstream', version: 'v4.2.2', newer: ['v4.10.0', 'v4.3.0'] },
    expect.objectContaining({ kind: 'image', path: 'image', newer: ['v9.1.0-thick'] }),
    expect.objectContaining({ kind: 'digest', pinned: there.image.digest, found: OTHER.root.digest }),
  ]);
});

test('a chart that is published and is not what the project makes: 1; the same, or not there yet: 0', async () => {
  const at = ['--registry', there.target];
  expect((await outdated(...at)).code).toBe(0);
  const released = await runCommand('release', ['--project', there.project, ...at], { HOME: there.project });
  expect(released.code).toBe(0);
  expect(await outdated(...at)).toMatchObject({
    code: 0,
    current: expect.arrayContaining(['the published chart']) as unknown,
  });
  await edit('recipe.yaml', (text) =>
    text.replace('Multus CNI, thick plugin:', 'Multus CNI (thick plugin):'),
  );
  expect(await outdated(...at)).toMatchObject({
    code: 1,
    findings: [{ kind: 'chart', chart: expect.stringMatching(/\/site\/multus:1\.0\.0$/) as string }],
  });
});

test('an image that upstream names by its digest alone is not asked for: no tag is meant', async () => {
  await edit('upstream/manifest.yaml', (text) =>
    text.replaceAll(
      /image: .*multus-cni.*/g,
      `image: ${there.registry.host}/upstream/multus-cni@${there.image.digest}`,
    ),
  );
  const manifest = await readFile(join(there.project, 'upstream/manifest.yaml'), 'utf8');
  const documents = documentsDigest(parseManifest(manifest, 'manifest.yaml'));
  await edit('upstream/lock.yaml', (text) =>
    text.replace(/documents: .*/, `documents: ${documents}`).replace(/tag: v9.*/, 'tag: latest'),
  );
  await edit('recipe.yaml', (text) => text.replace(/^images:\n(?: .*\n)*/m, ''));
  await tag('latest');
  expect(await outdated()).toMatchObject({
    code: 0,
    findings: [],
    unknown: [],
    current: ['upstream v4.2.2'],
  });
});

test('who does not answer is named: 3; what is newer elsewhere is told all the same: 1', async () => {
  await git.close();
  const away = await outdated();
  expect(away).toMatchObject({
    code: 3,
    findings: [],
    unknown: [{ what: 'upstream v4.2.2', code: 'FETCH_NETWORK' }],
  });
  expect(away.stderr).toContain('/o/r.git/info/refs');
  await tag('v9.1.0-thick');
  expect((await outdated()).code).toBe(1);
});

test('a file of the project’s own has no tags: that is said, and is no network that is away', async () => {
  await edit('recipe.yaml', (text) =>
    text.replace(/^ {2}url: http:.*$/m, '  url: ./upstream/a.yml').replace(/^ {2}mirrors:\n.*\n/m, ''),
  );
  expect(await outdated()).toMatchObject({ code: 0, unknown: [{ code: 'FETCH_URL' }] });
});
