import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../helpers/command-line.ts';
import { diskState, site, type Site } from './setup.ts';

let here: Site;
let before: ReadonlyMap<string, string> = new Map();

beforeAll(async () => {
  here = await site();
  // What a build of the pinned image makes.
  expect((await runCommand('build', ['--project', here.project])).code).toBe(0);
  before = await diskState(here.project);
});
afterAll(() => here.close());

const DIGEST = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string;
const PLAN = { tag: 'v9-thick', state: 'publish', steps: expect.any(Array) as unknown[] };

/** What a command gives to machines; `args` for what needs more than the project. None of these writes. */
const RESULTS: readonly (readonly [string, (at: Site) => readonly string[], (at: Site) => object])[] = [
  [
    'build',
    () => ['--check'],
    () => ({ name: 'multus', version: '1.0.0', changes: { changed: [], added: [], removed: [] } }),
  ],
  [
    'review',
    () => [],
    () => ({ upstream: { version: 'v4.2.2' }, undeclared: 0, groups: expect.any(Array) as unknown[] }),
  ],
  [
    'pin',
    () => ['--offline', '--dry-run'],
    () => ({ dryRun: true, changed: true, images: { image: { source: 'recipe', digest: DIGEST } } }),
  ],
  [
    'fetch',
    ({ project }) => ['--from', join(project, 'other.yml'), '--update', '--dry-run'],
    () => ({
      dryRun: true,
      writes: ['upstream/manifest.yaml', 'upstream/lock.yaml'],
      documents: { after: DIGEST },
    }),
  ],
  ['release', () => ['--dry-run'], () => ({ plans: [{ target: 'dist/oci', tag: '1.0.0', digest: DIGEST }] })],
  [
    'mirror',
    ({ target }) => ['--dry-run', '--registry', target],
    ({ registry, image }) => ({
      plans: [{ ...PLAN, target: `${registry.host}/site/multus-cni`, digest: image.digest }],
    }),
  ],
];

test.concurrent.each(RESULTS)(
  '%s --json: the result, and nothing beside it on stdout or anew on disk',
  async (name, args, expected) => {
    if (name === 'fetch')
      await writeFile(join(here.project, 'other.yml'), 'apiVersion: v1\nkind: Test\nmetadata: {name: a}\n');
    const { code, stdout, stderr } = await runCommand(name, [
      '--project',
      here.project,
      '--json',
      ...args(here),
    ]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(expected(here));
    expect(stdout).toMatch(/^[{[]\n[\s\S]*\n[}\]]\n$/);
  },
);

test('none of them has changed the disk, or the registry', async () => {
  const after = new Map(await diskState(here.project));
  after.delete('other.yml');
  expect(after).toEqual(before);
  const writes = here.registry.requests
    .filter(({ url }) => url.includes('/site/'))
    .map(({ method }) => method);
  expect(writes.filter((method) => method !== 'HEAD' && method !== 'GET')).toEqual([]);
});
