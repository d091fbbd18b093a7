import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { testEngines } from '../helpers/engines.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { contradictions, expectation, subjectOf, type Subject } from '../helpers/theorem.ts';
import { thisProject } from '../helpers/this-project.ts';

const release = { name: 'multus', namespace: 'kube-system' };
const SYNC = 'argocd.argoproj.io/sync-options';
const RESOURCE = { 'k8s.v1.cni.cncf.io/resourceName': 'intel.com/sriov_netdevice' };
const network = { name: 'a', namespace: 'b' };
const config = { cniVersion: '1.0.0', type: 'sriov' };

let subject: Subject;
beforeAll(async () => {
  subject = await subjectOf(await thisProject());
});
afterAll(() => rm(dirname(subject.directory), { recursive: true }));

/** The one network that these values make, as the oracle has it. */
function only(values: JsonObject): JsonObject {
  const objects = expectation(subject, values, release);
  if (objects instanceof ChartError) throw objects;
  const [made, ...others] = objects.filter(({ kind }) => kind === 'NetworkAttachmentDefinition');
  if (made === undefined || others.length > 0) throw new Error(`${others.length + 1} networks`);
  return made;
}

const CASES: Readonly<Record<string, readonly [values: JsonObject, made: JsonObject]>> = {
  'annotations beside the chart’s own': [
    { networkAttachmentDefinitions: [{ ...network, config, annotations: RESOURCE }] },
    {
      metadata: {
        annotations: {
          ...RESOURCE,
          'argocd.argoproj.io/sync-wave': '1',
          [SYNC]: 'SkipDryRunOnMissingResource=true',
        },
      },
    },
  ],
  'what it writes itself wins over the pattern, the keeping, and labels of all': [
    {
      keepNetworks: true,
      commonLabels: { team: 'all' },
      networkAttachmentDefinitions: [
        {
          ...network,
          config,
          annotations: { [SYNC]: 'Prune=false' },
          labels: { team: 'own', 'helm.sh/chart': 'own' },
        },
      ],
    },
    {
      metadata: {
        annotations: { [SYNC]: 'Prune=false', 'helm.sh/resource-policy': 'keep' },
        labels: { team: 'own', 'helm.sh/chart': 'own', 'app.kubernetes.io/managed-by': 'Helm' },
      },
    },
  ],
  'kept by Helm and by Argo CD': [
    { keepNetworks: true, networkAttachmentDefinitions: [{ ...network, config }] },
    {
      metadata: {
        annotations: {
          'helm.sh/resource-policy': 'keep',
          [SYNC]: 'SkipDryRunOnMissingResource=true,Delete=false',
        },
      },
    },
  ],
};

describe.each(await testEngines())('networks by Helm $version', (helm) => {
  it.each(Object.entries(CASES))('%s', async (_, [values, made]) => {
    expect(only(values)).toMatchObject(made);
    expect(await contradictions(subject, helm, values, release)).toEqual([]);
  });

  it('without config there is no spec, which is legal: Multus reads a file of that name', async () => {
    const values = { networkAttachmentDefinitions: [network] };
    expect(only(values)).not.toHaveProperty('spec');
    expect(await contradictions(subject, helm, values, release)).toEqual([]);
  });
});
