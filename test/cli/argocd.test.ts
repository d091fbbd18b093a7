import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageChart } from '../../scripts/package/artifact.ts';
import { getPath } from '../../scripts/json/tree.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { projectCopy } from '../helpers/project.ts';
import { thisProject } from '../helpers/this-project.ts';
import { diskState } from './setup.ts';

const FILES = [
  'application.yaml',
  'repository.yaml',
  'repository-external-secret.yaml',
  'apps/multus/Chart.yaml',
  'apps/multus/Chart.lock',
  'apps/multus/values.yaml',
];
const REGISTRY = ['--registry', 'oci://git.example.org/infra/'];

let project = '';
let digest = '';

beforeAll(async () => {
  project = await projectCopy();
  const { files, lock } = await thisProject();
  digest = (await packageChart(files, lock.created)).manifest.descriptor.digest;
});
afterAll(() => rm(project, { recursive: true }));

function argocd(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  return runCommand('argocd', ['--project', project, ...args], env);
}

async function source(): Promise<unknown> {
  const text = await readFile(join(project, 'dist/argocd/application.yaml'), 'utf8');
  return getPath(parse(text) as JsonObject, 'spec.source');
}

test('writes its files and names them', async () => {
  const { code, stdout, stderr } = await argocd(REGISTRY);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(FILES.map((file) => `written     dist/argocd/${file}\n`).join(''));
  const written = [...(await diskState(join(project, 'dist/argocd'))).keys()];
  expect(written.toSorted()).toEqual(FILES.toSorted());
  expect(await source()).toMatchObject({ repoURL: 'git.example.org/infra', targetRevision: '1.0.0' });
});

test('touches nothing but dist/argocd, and the second time nothing at all', async () => {
  const before = await diskState(project);
  const { code, stdout } = await argocd([...REGISTRY, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ output: 'dist/argocd', files: FILES, digest });
  expect(await diskState(project)).toEqual(before);
});

test('--oci names the digest that a release of the same project has', async () => {
  expect((await argocd([...REGISTRY, '--oci'])).code).toBe(0);
  expect(await source()).toMatchObject({
    repoURL: 'oci://git.example.org/infra/multus',
    path: '.',
    targetRevision: digest,
    helm: { releaseName: 'multus' },
  });
});

test('--values are the site’s, over the recipe’s: what makes adoption safe stays', async () => {
  const values = join(project, 'site.yaml');
  await writeFile(
    values,
    'nodeSelector: {a: b}\ntolerations: null\ncommonAnnotations: {c: d}\nfirstInstallHook: true\n',
  );
  const { code, stderr } = await argocd([...REGISTRY, '--values', values]);
  expect(code).toBe(0);
  // Helm 4.2.3 keeps the default there, see the test with the real one.
  expect(stderr).toMatch(/^warning: apps\/multus\/values\.yaml has null for tolerations: /);
  const options = 'ServerSideApply=true,Prune=false,Delete=false';
  const merged = {
    nodeSelector: { a: 'b' },
    // Takes back the chart's own default.
    tolerations: null,
    firstInstallHook: true,
    keepNetworks: true,
    commonAnnotations: { 'argocd.argoproj.io/sync-options': options, c: 'd' },
    crds: { annotations: { 'argocd.argoproj.io/sync-options': options } },
  };
  const { helm } = (await source()) as { readonly helm: JsonObject };
  expect(parse(String(helm['values']))).toEqual(merged);
  const wrapper = await readFile(join(project, 'dist/argocd/apps/multus/values.yaml'), 'utf8');
  expect(parse(wrapper)).toEqual({ multus: merged });
});

test('--values that hold no map are refused by the name of their file', async () => {
  const values = join(project, 'list.yaml');
  await writeFile(values, '- a\n');
  const { code, stderr } = await argocd([...REGISTRY, '--values', values]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${values} holds no map of values`);
});

test('$REGISTRY serves where no flag does; credentials of the environment are in no file', async () => {
  const secrets = {
    GITEA_TOKEN: 'token-of-the-tests',
    REGISTRY_USERNAME: 'name-of-the-tests',
    REGISTRY_PASSWORD: 'password-of-the-tests',
  };
  const { code, stdout, stderr } = await argocd([], { REGISTRY: 'oci://env.example.org/infra', ...secrets });
  expect([code, stderr]).toEqual([0, '']);
  const said = [...(await diskState(join(project, 'dist'))).values()].map((state) =>
    Buffer.from(state.split(' ')[1] ?? '', 'base64').toString(),
  );
  expect(said.join('\n')).toContain('env.example.org/infra');
  expect([...said, stdout].join('\n')).not.toMatch(/-of-the-tests/);
});
