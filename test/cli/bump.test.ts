import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { projectCopy } from '../helpers/project.ts';
import { hasShared } from '../helpers/shared-files.ts';
import { diskState } from './setup.ts';

let project = '';
let home = '';
beforeEach(async () => {
  [project, home] = await Promise.all([projectCopy(), mkdtemp(join(tmpdir(), 'home-'))]);
});
afterEach(() => Promise.all([rm(project, { recursive: true }), rm(home, { recursive: true })]));

const ENV = { SOURCE_DATE_EPOCH: '1800000000' };

function run(name: string, ...args: readonly string[]): Promise<CommandResult> {
  return runCommand(name, ['--project', project, ...args], { ...ENV, HOME: home });
}

function bump(version: string, ...args: readonly string[]): Promise<CommandResult> {
  const from = `../shared/upstream/multus-daemonset-thick-${version}.yml`;
  return run('bump', version, '--from', from, '--offline', ...args);
}

test.skipIf(!hasShared('upstream'))(
  'v4.2.2 → v4.2.4 → v4.3.0, each proved on both Helms and built',
  async () => {
    const before = await diskState(project);
    const asked = await bump('v4.2.4');
    expect(asked.code).toBe(1);
    expect(asked.stdout).toContain('recipe.yaml:116: take out installer.mode reason');
    expect(asked.stderr).toContain('nothing is changed');
    expect((await bump('v4.2.4', '--apply', '--dry-run')).code).toBe(0);
    expect(await diskState(project)).toEqual(before);

    const second = await bump('v4.2.4', '--apply');
    expect([second.code, second.stdout]).toEqual([0, expect.stringMatching(/version +1\.0\.0 → 1\.0\.1/)]);
    expect(second.stderr).toContain('git has no tag v1.0.0 with that chart: the version is held against');
    expect(second.stdout).toMatch(/proved +\d+ renders .* on Helm 3\.\S+ and Helm 4/);
    expect(await run('build', '--check')).toMatchObject({ code: 0 });

    const third = await bump('v4.3.0', '--json');
    expect(JSON.parse(third.stdout)).toMatchObject({
      state: 'ready',
      chart: '1.0.2',
      upstream: { differ: 1, lost: {}, groups: [{ changes: [{ path: 'spec.names.shortNames' }] }] },
      images: [{ path: 'image', tag: 'v4.3.0-thick' }],
    });
    expect(third.stderr).toContain(
      '1 image without a digest, which a release needs: npm run pin asks for it\n  image is v4.3.0-thick: ',
    );
    expect(third.stderr).toContain('images.image.reason of recipe.yaml was written for v4.2.4-thick');
    expect(await run('build', '--check')).toMatchObject({ code: 0 });
    expect(await readFile(join(project, 'recipe.yaml'), 'utf8')).toMatch(/appVersion: 4\.3\.0$/m);

    const after = await diskState(project);
    expect(await bump('v4.3.0')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('the project has upstream v4.3.0 already') as string,
    });
    expect(await diskState(project)).toEqual(after);
  },
  120_000,
);

test('a rename, a document that is gone and more rights at once: all is told, nothing is changed', async () => {
  const file = join(home, 'next.yaml');
  const manifest = await readFile(join(project, 'upstream/manifest.yaml'), 'utf8');
  await writeFile(
    file,
    manifest
      .replace('name: kube-multus\n', 'name: multus-daemon\n')
      .replaceAll('name: hostroot\n', 'name: host-root\n')
      .replace('name: multus-daemon-config\ndata', 'name: other\ndata'),
  );
  const before = await diskState(project);
  const { code, stdout } = await run('bump', 'v9', '--from', file, '--offline', '--json');
  const found = JSON.parse(stdout) as {
    readonly drifts: readonly { readonly message: string }[];
    readonly sure: readonly { readonly what: string; readonly before: string; readonly after: string }[];
  };
  expect(code).toBe(1);
  expect(found.drifts.length).toBeGreaterThan(10);
  expect(found.sure).toContainEqual(
    expect.objectContaining({
      what: 'names daemon at',
      before: 'containers.[name=kube-multus]',
      after: 'containers.[name=multus-daemon]',
    }),
  );
  expect(await diskState(project)).toEqual(before);
});

test('an edit that mends many entries is told once, below them', async () => {
  const file = join(home, 'next.yaml');
  const manifest = await readFile(join(project, 'upstream/manifest.yaml'), 'utf8');
  await writeFile(file, manifest.replace('name: kube-multus\n', 'name: multus-daemon\n'));
  const { stdout } = await run('bump', 'v9', '--from', file, '--offline');
  const tried = stdout.split('\n').filter((line) => line.startsWith('    tried, and '));
  expect(tried).toHaveLength(1);
  expect(tried[0]).toMatch(
    /all \d+ fit: recipe\.yaml:\d+: names daemon at: containers\.\[name=multus-daemon\] /,
  );
});

test('what is asked for wrongly', async () => {
  for (const args of [[], ['v1', 'v2'], ['v1', '--accept', 'all'], ['v1', '--sha256', 'x']])
    expect(await run('bump', ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('USAGE') as string,
    });
});
