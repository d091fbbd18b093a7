import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { testEngines } from '../helpers/engines.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { contradictions, expectation, proveFor, subjectOf, type Subject } from '../helpers/theorem.ts';
import { thisProject } from '../helpers/this-project.ts';

const engines = await testEngines();
const release = { name: 'a', namespace: 'b' };
/** Hundreds: test/long/theorem.test.ts. */
const RUNS = 6;

let subject: Subject;

beforeAll(async () => {
  subject = await subjectOf(await thisProject());
});

afterAll(() => rm(dirname(subject.directory), { recursive: true }));

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'npm brings three engines, of both majors',
  () => {
    expect(engines.map(({ version }) => version)).toEqual(['3.17.3', '4.1.4', '4.2.3']);
  },
);

test.each(engines)(
  'helm $version renders for any values what the oracle says',
  (helm) => proveFor(subject, helm, RUNS),
  120_000,
);

test.each(engines)('helm $version refuses limits below requests in the words of the oracle', async (helm) => {
  const values = {
    resources: { limits: { memory: '1Mi', cpu: 1 }, requests: { memory: '1.5Mi', cpu: '2000m' } },
  };
  expect(await contradictions(subject, helm, values, release)).toEqual([]);
});

test.each(engines)('helm $version refuses one network twice in the words of the oracle', async (helm) => {
  const network = { name: 'br-prod', namespace: 'vms', config: { cniVersion: '1.0.0', type: 'bridge' } };
  const networkAttachmentDefinitions = [network, { ...network, namespace: 'other' }, network];
  const wrong = { networkAttachmentDefinitions };
  expect(expectation(subject, wrong, release)).toMatchObject({
    message: 'networkAttachmentDefinitions names vms/br-prod twice',
  });
  expect(await contradictions(subject, helm, wrong, release)).toEqual([]);
});

const SPOILT: Readonly<Record<string, JsonObject>> = {
  'extraEnv names MULTUS_NODE_NAME twice': { extraEnv: [{ name: 'MULTUS_NODE_NAME', value: 'a' }] },
  'extraVolumes names cni twice': { extraVolumes: [{ name: 'cni', emptyDir: {} }] },
  'extraVolumeMounts names /opt/cni/bin twice': {
    extraVolumeMounts: [{ name: 'cni', mountPath: '/opt/cni/bin' }],
  },
  'extraVolumeMounts names flanel, which is not there': {
    extraVolumes: [{ name: 'flannel', hostPath: { path: '/run/flannel' } }],
    extraVolumeMounts: [{ name: 'flanel', mountPath: '/run/flannel' }],
  },
};

describe.each(engines)('helm $version refuses in the words of the oracle', (helm) => {
  test.each(Object.entries(SPOILT))('%s', async (message, values) => {
    expect(expectation(subject, values, release)).toMatchObject({ message });
    expect(await contradictions(subject, helm, values, release)).toEqual([]);
  });
});

test('a template that does not do what the recipe says is found', async () => {
  const [helm] = engines;
  if (helm === undefined) throw new Error('no engine');
  const entries = subject.recipe.entries.filter(({ path }) => path !== 'terminationGracePeriodSeconds');
  const other = { ...subject, recipe: { ...subject.recipe, entries } };
  const values = { terminationGracePeriodSeconds: 77 };
  expect(await contradictions(other, helm, values, release)).toEqual([
    'DaemonSet/kube-multus-ds spec.template.spec.terminationGracePeriodSeconds: 77 ≠ 10',
  ]);
});
