import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { getPath, setPath } from '../../scripts/json/tree.ts';
import { files } from '../argocd/setup.ts';
import { adoptionGuide } from '../helpers/adoption-guide.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { NETWORK } from '../helpers/installed.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { describeWith, tool } from '../helpers/tools.ts';

const RELEASE = { name: 'infra-multus', namespace: 'kube-system' };
/** Ordinary objects, as networks are once the cluster serves their kind. */
const NETWORKS: JsonObject = { networkAttachmentDefinitions: [NETWORK], firstInstallHook: false };
/** How the guide calls objects. */
const CALLED: Readonly<Record<string, string>> = {
  CustomResourceDefinition: 'the CRD',
  NetworkAttachmentDefinition: 'networks',
};

/** What Argo CD does to an object as it is in the cluster. */
interface Fate {
  readonly kind: string;
  readonly pruned: boolean;
  readonly deleted: boolean;
}

/** Asks Argo CD's own functions, see test/e2e/tools/argocd-rule. */
function fates(objects: readonly JsonObject[]): readonly Fate[] {
  const { status, stdout, stderr } = spawnSync(tool('argocd-rule'), {
    input: JSON.stringify(objects),
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as readonly Fate[];
}

/** The kinds that something happens to, in the guide's words. */
function words(all: readonly Fate[], happens: (fate: Fate) => boolean): string {
  const called = (of: readonly Fate[]): string => of.map(({ kind }) => CALLED[kind] ?? kind).join(' and ');
  const hit = all.filter(happens);
  if (hit.length === 0) return 'nothing';
  if (hit.length === all.length) return 'everything';
  return hit.length > 1
    ? `everything but ${called(all.filter((fate) => !happens(fate)))}`
    : `${called(hit)} only`;
}

describeWith(['argocd-rule'], 'an Application that is deleted, by Argo CD’s own rule', () => {
  let helm: Helm;
  let ofWrapper: JsonObject;
  beforeAll(async () => {
    helm = (await testEngines()).at(-1) as Helm;
    ofWrapper = (await thisProject()).project.recipe.argocd?.values ?? {};
  });

  async function render(values: JsonObject): Promise<readonly JsonObject[]> {
    const text = await helm.template(join(ROOT, 'chart'), RELEASE, values);
    return parseManifest(text, 'rendered').resources.map(({ object }) => object);
  }

  it('does what the guide’s table says', async () => {
    const running = parse(
      readFileSync(join(ROOT, 'chart', 'ci', 'running-values.yaml'), 'utf8'),
    ) as JsonObject;
    const made = [
      ['the pasted file', running],
      ["the chart's defaults", NETWORKS],
      ['the defaults, with `keepNetworks: true`', { ...NETWORKS, keepNetworks: true }],
      ["the wrapper's", { ...ofWrapper, ...NETWORKS }],
    ] as const;
    const judged = await Promise.all(
      made.map(async ([values, own]) => {
        const all = fates(await render(own));
        return {
          values,
          pruned: words(all, ({ pruned }) => pruned),
          deleted: words(all, ({ deleted }) => deleted),
        };
      }),
    );
    expect(adoptionGuide().fates).toEqual(judged);
  });

  it('takes along what says Prune=false alone', async () => {
    const pruneOnly = JSON.parse(JSON.stringify(ofWrapper).replaceAll(',Delete=false', '')) as JsonObject;
    const all = fates(
      await render({ ...pruneOnly, ...NETWORKS, keepNetworks: false, crds: { keep: false } }),
    );
    expect(words(all, ({ pruned }) => pruned)).toBe('networks only');
    expect(words(all, ({ deleted }) => deleted)).toBe('everything but the CRD');
  });
});

describeWith(['etcd', 'kube-apiserver', 'crds'], 'an Application that kubectl applies', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    cluster.mustKubectl(['apply', '--server-side', '-f', join(tool('crds'), 'application-crd.yaml')]);
    await vi.waitFor(() => cluster.mustKubectl(['get', 'applications', '-A']), {
      timeout: 30_000,
      interval: 500,
    });
    cluster.mustKubectl(['create', 'namespace', 'argocd']);
  });
  afterAll(() => cluster?.stop());

  it('keeps a null of its values, which it would lose in a valuesObject', async () => {
    const values = { tolerations: null, daemonConfig: { logLevel: null } };
    const text = (await files({ values })).get('application.yaml') ?? '';
    const applied = (application: JsonObject): JsonObject => {
      cluster.mustKubectl(['apply', '-f', '-'], JSON.stringify(application));
      const live = cluster.get('application', 'infra-multus', 'argocd') ?? {};
      return getPath(live, 'spec.source.helm') as JsonObject;
    };
    const made = parse(text) as JsonObject;
    expect(parse(String(applied(made)['values']))).toEqual(values);
    const asObject = setPath(made, 'spec.source.helm', { releaseName: 'multus', valuesObject: values });
    expect(applied(asObject)['valuesObject']).toEqual({ daemonConfig: {} });
  });
});
