import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ChartError } from '../../scripts/errors.ts';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { drawValues, expectation, subjectOf, type Subject } from '../helpers/theorem.ts';
import { describeWith, tool } from '../helpers/tools.ts';

const RUNS = 60;
const RELEASE = { name: 'multus', namespace: 'kube-system' };
const CI_VALUES = join(ROOT, 'chart', 'ci');
/** A namespace that the tests make: objects in one that is not there are refused for that alone. */
const NETWORKS = 'virtual-machines';

describeWith(['etcd', 'kube-apiserver', 'crds'], 'a real API server takes what the chart renders', () => {
  let cluster: Cluster;
  let subject: Subject;
  let helm: Helm;

  beforeAll(async () => {
    const [started, built, engines] = await Promise.all([startCluster(), thisProject(), testEngines()]);
    [cluster, subject] = [started, await subjectOf(built)];
    helm = engines.at(-1) as Helm;
    cluster.mustKubectl(['create', 'namespace', NETWORKS]);
    for (const file of readdirSync(tool('crds')).filter((name) => name.startsWith('monitoring')))
      cluster.mustKubectl(['apply', '--server-side', '-f', join(tool('crds'), file)]);
    const own = built.manifest.resources.find(({ kind }) => kind === 'CustomResourceDefinition');
    cluster.mustKubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(own?.object));
    cluster.mustKubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  });
  afterAll(async () => {
    await cluster?.stop();
    if (subject !== undefined) await rm(dirname(subject.directory), { recursive: true });
  });

  /** What the server says against a chart's objects with these values; '' when it takes them. */
  async function refusal(values: JsonObject): Promise<string> {
    const text = await helm.template(subject.directory, RELEASE, values);
    const flags = ['--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict'];
    const { status, stderr } = cluster.kubectl(['apply', ...flags, '-f', '-'], text);
    return status === 0 ? '' : stderr;
  }

  it.each(readdirSync(CI_VALUES))('with ci/%s', async (file) => {
    expect(await refusal(parse(readFileSync(join(CI_VALUES, file), 'utf8')) as JsonObject)).toBe('');
  });

  it('on every platform', async () => {
    const { options = {} } = subject.recipe.presets ?? {};
    expect(Object.keys(options).length).toBeGreaterThan(0);
    for (const platform of Object.keys(options)) expect(await refusal({ platform }), platform).toBe('');
  });

  it('with whatever values the chart accepts', async () => {
    const accepted = drawValues(subject)
      .map(inKnownNamespaces)
      .filter((values) => !(expectation(subject, values, RELEASE) instanceof ChartError));
    const property = fc.asyncProperty(accepted, async (values) => {
      const said = await refusal(values);
      if (said !== '') throw new Error(said);
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  }, 600_000);
});

function inKnownNamespaces(values: JsonObject): JsonObject {
  const { networkAttachmentDefinitions: networks, ...rest } = values;
  return {
    ...rest,
    namespaceOverride: RELEASE.namespace,
    ...(Array.isArray(networks) && {
      networkAttachmentDefinitions: (networks as readonly JsonObject[]).map((network) => ({
        ...network,
        namespace: NETWORKS,
      })),
    }),
  };
}
