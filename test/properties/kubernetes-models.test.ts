import fc from 'fast-check';
import { CustomResourceDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinition';
import { DaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole';
import { ClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { setPath } from '../../scripts/json/tree.ts';
import { draws } from '../helpers/draws.ts';
import { findingsOf } from '../helpers/crd.ts';
import { drawRelease, drawValues, expectation } from '../helpers/theorem.ts';
import { thisProject } from '../helpers/this-project.ts';

/** Kind → what judges it by Kubernetes' own OpenAPI. */
const MODELS: Readonly<Record<string, new (data: never) => { validate(): void }>> = {
  CustomResourceDefinition,
  ClusterRole,
  ClusterRoleBinding,
  ServiceAccount,
  ConfigMap,
  DaemonSet,
};

/** Kinds of the Prometheus operator; the end-to-end tests judge them by its CRDs. */
const CUSTOM = new Set(['PodMonitor', 'PrometheusRule']);

const { project, manifest, model, files } = await thisProject();
const subject = { recipe: project.recipe, manifest, files, defaults: model.defaults, directory: '' };

const crd = manifest.resources.find(({ kind }) => kind === 'CustomResourceDefinition')?.object ?? {};

function validate(object: JsonObject): void {
  if (object['kind'] === 'NetworkAttachmentDefinition') {
    const findings = findingsOf(crd, object);
    if (findings.length > 0) throw new Error(findings.join('\n'));
    return;
  }
  if (CUSTOM.has(String(object['kind']))) return;
  const Model = MODELS[String(object['kind'])];
  if (Model === undefined) throw new Error(`No model for ${String(object['kind'])}`);
  new Model(structuredClone(object) as never).validate();
}

// What Helm renders is what the oracle says, so its objects stand for the render.
test('every object is one of Kubernetes for whatever values', () => {
  fc.assert(
    fc.property(drawValues(subject), drawRelease(), (values, release) => {
      const objects = expectation(subject, values, release);
      if (!(objects instanceof ChartError)) objects.forEach(validate);
    }),
    { numRuns: draws(15, 200) },
  );
}, 120_000);

test('an object that Kubernetes does not take is found', () => {
  const daemonSet = manifest.resources.find(({ kind }) => kind === 'DaemonSet');
  const broken = setPath(daemonSet?.object ?? {}, 'spec.template.spec.terminationGracePeriodSeconds', 'ten');
  expect(() => validate(broken)).toThrow(/terminationGracePeriodSeconds/);
  const network = { apiVersion: 'k8s.cni.cncf.io/v1', kind: 'NetworkAttachmentDefinition' };
  expect(() => validate({ ...network, spec: { config: {} } })).toThrow(/config must be string/);
});
