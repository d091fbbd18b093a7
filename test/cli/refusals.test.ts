import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../helpers/command-line.ts';
import { projectCopy } from '../helpers/project.ts';
import { diskState } from './setup.ts';

const REGISTRY = 'oci://127.0.0.1:1/a';

let project = '';
let before: ReadonlyMap<string, string> = new Map();

beforeAll(async () => {
  project = await projectCopy();
  await writeFile(join(project, 'list.yaml'), '- a\n');
  before = await diskState(project);
});
// Nothing that is refused writes anything.
afterAll(async () => {
  expect(await diskState(project)).toEqual(before);
  await rm(project, { recursive: true });
});

test.concurrent.each<readonly [string, readonly string[], RegExp]>([
  ['release', ['--from-bundle', 'a.tar'], /^error: --from-bundle needs a registry\n.*--registry oci:\/\//],
  [
    'release',
    ['--from-bundle', 'none.tar', '--registry', REGISTRY],
    /^error: There is no bundle \/.*\/none\.tar\n/,
  ],
  [
    'release',
    ['--from-bundle', 'none.tar', '--registry', REGISTRY, '--mirror-images'],
    /^error: --mirror-images does not go with --from-bundle, which builds nothing\n.*a bundle has its images/,
  ],
  [
    'release',
    ['--from-bundle', 'none.tar', '--registry', REGISTRY, '--fetch'],
    /^error: --fetch does not go with --from-bundle/,
  ],
  ['bundle', ['--output', 'a.tar.gz'], /^error: --output a\.tar\.gz is neither a \.tar nor a folder\n/],
  ['release', ['--mirror-images'], /^error: --mirror-images needs a registry\n.*--registry oci:\/\//],
  [
    'mirror',
    ['--registry', `${REGISTRY}:1.0`],
    /names a tag or a digest; it names the owner, oci:\/\/HOST\/OWNER/,
  ],
  [
    'mirror',
    ['--registry', 'git.example.org'],
    /names no owner after the host\n {2}REGISTRY_REFERENCE \(oci\): Write oci:\/\/HOST\/OWNER/,
  ],
  ['mirror', ['--registry', 'oci://1.2.3.4.5/o'], /^error: .*"1\.2\.3\.4\.5" is no address or port\n/],
  ['mirror', [], /^error: npm run mirror: no registry is named\n.*set images\.mirror in recipe\.yaml/],
  [
    'mirror',
    ['--registry', REGISTRY, '--platform', 'linux/arm64'],
    /--platform makes another digest.*\n.*say --new-digest/,
  ],
  ['argocd', [], /^error: npm run argocd: no registry is named\n.*publish\.registry in recipe\.yaml/],
  ['argocd', ['--registry'], /Option '--registry <value>' argument missing/],
  ['argocd', ['--registry', REGISTRY, '--values', 'none.yaml'], /^error: Cannot read none\.yaml: ENOENT/],
  ['fetch', ['--sha256', 'ABC'], /^error: --sha256 must be 64 hex digits in lower case; found "ABC"\n/],
])('%s %j is refused with what it wants', async (name, args, reason) => {
  const { code, stderr } = await runCommand(name, ['--project', project, ...args]);
  expect(stderr).toMatch(reason);
  expect(code).toBe(2);
});

test('values that are no map are refused by the file’s name', async () => {
  const file = join(project, 'list.yaml');
  const args = ['--project', project, '--registry', REGISTRY, '--values', file];
  const { code, stderr } = await runCommand('argocd', args);
  expect(stderr).toMatch(new RegExp(`^error: ${file} holds no map of values\n {2}USAGE`));
  expect(code).toBe(2);
});
