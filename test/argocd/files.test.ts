import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../scripts/json/json.ts';
import { getPath, isObject } from '../../scripts/json/tree.ts';
import { deployment, DIGEST, files } from './setup.ts';

const GOLDEN = fileURLToPath(new URL('../golden/argocd', import.meta.url));
const WRAPPER = ['apps/multus/Chart.yaml', 'apps/multus/Chart.lock', 'apps/multus/values.yaml'];
const SITE = ['application.yaml', 'repository.yaml', 'repository-external-secret.yaml'];

/** The object that a file holds. */
async function object(name: string, ...input: Parameters<typeof files>): Promise<JsonObject> {
  const data: unknown = parse((await files(...input)).get(name) ?? '');
  if (!isObject(data)) throw new Error(`${name} holds no object`);
  return data;
}

test('the files by path, whether OCI or not', async () => {
  for (const oci of [false, true])
    expect([...(await files({}, { oci })).keys()].toSorted()).toEqual([...SITE, ...WRAPPER].toSorted());
});

test.each([
  ...SITE.map((name) => [name, false, name] as const),
  ...SITE.map((name) => [name, true, name.replace('.yaml', '-oci.yaml')] as const),
  ...WRAPPER.map((name) => [name, false, name] as const),
])('%s (oci: %s) is %s', async (name, oci, golden) => {
  await expect((await files({}, { oci })).get(name)).toMatchFileSnapshot(`${GOLDEN}/${golden}`);
});

describe('the Application', () => {
  test('by the Helm repository: the version, no oci:// in repoURL (argo-cd #10823)', async () => {
    const source = getPath(await object('application.yaml'), 'spec.source');
    expect(source).toMatchObject({
      repoURL: 'git.example.org/infra',
      chart: 'multus',
      targetRevision: '1.0.0',
    });
    expect(source).not.toHaveProperty('path');
  });

  test('by the OCI artifact: the manifest’s digest, which no registry can replace', async () => {
    const source = getPath(await object('application.yaml', {}, { oci: true }), 'spec.source');
    expect(source).toMatchObject({
      repoURL: 'oci://git.example.org/infra/multus',
      path: '.',
      targetRevision: DIGEST,
    });
    expect(source).not.toHaveProperty('chart');
  });

  test.each([false, true])('adopts what runs and prunes nothing (oci: %s)', async (oci) => {
    const made = await object('application.yaml', {}, { oci });
    expect(getPath(made, 'spec.syncPolicy')).toEqual({
      automated: { prune: false, selfHeal: true },
      syncOptions: ['ServerSideApply=true', 'CreateNamespace=false', 'ApplyOutOfSyncOnly=true'],
    });
    expect(getPath(made, 'spec.destination')).toEqual({
      server: 'https://kubernetes.default.svc',
      namespace: 'kube-system',
    });
    // No finalizer: who deletes the Application deletes nothing of what runs.
    expect(getPath(made, 'metadata')).toEqual({ name: 'infra-multus', namespace: 'argocd' });
  });

  test('names the release as the chart: labels and selectors of what runs have that name', async () => {
    const made = await object('application.yaml', { application: 'other-name' });
    expect(getPath(made, 'spec.source.helm.releaseName')).toBe('multus');
    expect(getPath(made, 'metadata.name')).toBe('other-name');
  });

  test('without values there are none, not an empty map', async () => {
    const made = await object('application.yaml', { values: {} });
    expect(getPath(made, 'spec.source.helm')).toEqual({ releaseName: 'multus' });
  });
});

describe('what keeps objects when the ApplicationSet’s options are others', () => {
  test.each(['application.yaml', 'apps/multus/values.yaml'])('%s says it on the objects', async (name) => {
    const made = await object(name);
    const values =
      name === 'application.yaml'
        ? parse(String(getPath(made, 'spec.source.helm.values')))
        : getPath(made, 'multus');
    const options = { 'argocd.argoproj.io/sync-options': 'ServerSideApply=true,Prune=false,Delete=false' };
    expect(values).toEqual({
      firstInstallHook: false,
      keepNetworks: true,
      commonAnnotations: options,
      crds: { annotations: options },
    });
  });
});

describe('the repository', () => {
  test.each([
    [false, { type: 'helm', enableOCI: 'true', url: 'git.example.org/infra' }],
    [true, { type: 'oci', url: 'oci://git.example.org/infra/multus' }],
  ])('is the one that the Application names (oci: %s)', async (oci, expected) => {
    const secret = await object('repository.yaml', {}, { oci });
    const place = { username: 'REPLACE-ME', password: 'REPLACE-ME' };
    expect(secret['stringData']).toEqual({ name: 'multus', ...expected, ...place });
    const external = await object('repository-external-secret.yaml', {}, { oci });
    expect(getPath(external, 'spec.target.template.data')).toEqual({
      name: 'multus',
      ...expected,
      username: '{{ .username }}',
      password: '{{ .password }}',
    });
    const url = getPath(await object('application.yaml', {}, { oci }), 'spec.source.repoURL');
    expect(getPath(secret, 'stringData.url')).toBe(url);
    for (const made of [getPath(secret, 'metadata'), getPath(external, 'spec.target.template.metadata')])
      expect(made).toMatchObject({ labels: { 'argocd.argoproj.io/secret-type': 'repository' } });
  });
});

test('whatever the deployment is, every file is read back as it was meant, comments and all', async () => {
  const base = await deployment();
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
  // Texts that YAML could take for something else.
  const odd = fc.oneof(
    fc.string(),
    fc.constantFrom('no', '1e3', '{{ .x }}', '# a', 'a: b', '- c', '\n\n', ''),
  );
  // Null takes back a default of the chart, and `kubectl apply` drops it of an object.
  const oddOrNull = fc.oneof(
    odd,
    fc.constant(null),
    fc.record({ inner: fc.constant(null), list: fc.array(odd) }),
  );
  const drawn = fc.record({ application: name, namespace: name, value: oddOrNull, reason: odd });
  await fc.assert(
    fc.asyncProperty(drawn, async ({ value, reason, ...changes }) => {
      const departures = [{ value: 'a', upstream: null, chart: null, reason }];
      const made = await files({ ...base, ...changes, values: { value } }, { departures });
      const read = (path: string): unknown => parse(made.get(path) ?? '');
      const application = read('application.yaml') as JsonObject;
      expect(application).toMatchObject({
        metadata: { name: changes.application },
        spec: { destination: { namespace: changes.namespace } },
      });
      expect(parse(String(getPath(application, 'spec.source.helm.values')))).toEqual({ value });
      expect(read('apps/multus/values.yaml')).toEqual({ multus: { value } });
    }),
    { numRuns: 100 },
  );
});
