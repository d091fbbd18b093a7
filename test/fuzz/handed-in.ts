import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from '../../scripts/built.ts';
import { edited, mended } from '../../scripts/bump/drifts.ts';
import { follow } from '../../scripts/bump/follow.ts';
import { check } from '../../scripts/validate.ts';
import { readManifest } from '../../scripts/infer/explain.ts';
import { infer } from '../../scripts/infer/infer.ts';
import { projectFiles } from '../../scripts/infer/project-files.ts';
import { readBuiltins } from '../../scripts/io/project.ts';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { prove } from '../../scripts/check/prove.ts';
import { review } from '../../scripts/review/review.ts';
import { parseDigestList, statedFor } from '../../scripts/recipe/digest-list.ts';
import { parseImageReference } from '../../scripts/recipe/reference.ts';
import { parseRecipe } from '../../scripts/recipe/load.ts';
import { printMarkdown } from '../../scripts/review/print-markdown.ts';
import { printText } from '../../scripts/review/print-text.ts';
import { reviewChart, upstreamSide } from '../../scripts/sides/own.ts';
import { wanted } from '../../scripts/kubernetes/wanted.ts';
import { FIXTURE, smallProject } from '../chart/small-project.ts';
import { ROOT } from '../helpers/this-project.ts';
import type { Subject } from './written.ts';

/** Manifests of others, small ones: each read and drawn on takes a build. */
const MANIFESTS = await Promise.all(
  ['external-dns', 'local-path', 'metrics-server', 'cassandra'].map((name) =>
    readFile(join(ROOT, 'test', 'fixtures', 'manifests', `${name}.yaml`), 'utf8'),
  ),
);

/** What those have not: a definition, its hooks, a job, images in texts, names in several places. */
const MANY_KINDS = `apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: Namespace, metadata: { name: own, labels: { a: b } } }
  - { apiVersion: v1, kind: ServiceAccount, metadata: { name: own, namespace: own } }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.x.io, annotations: { cert-manager.io/inject-ca-from: own/own } }
spec:
  group: x.io
  scope: Namespaced
  names: { kind: Thing, plural: things }
  conversion: { strategy: Webhook, webhook: { conversionReviewVersions: [v1], clientConfig: { service: { name: own, namespace: own } } } }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
---
apiVersion: batch/v1
kind: Job
metadata: { name: own-certs, namespace: own }
spec:
  template:
    metadata: { name: own-certs }
    spec:
      serviceAccountName: own
      restartPolicy: OnFailure
      initContainers: [{ name: wait, image: 'r.test/wait:v1', command: [sh, -c, 'true'] }]
      containers:
        - name: own
          image: r.test/own:v1
          args: [--level=3, '--image=r.test/other:v2', --namespace=own]
          env: [{ name: NAME, value: own.own.svc }, { name: BY, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }]
          ports: [{ containerPort: 80, protocol: TCP }, { containerPort: 80, protocol: UDP }]
          resources: { limits: { cpu: 1, memory: 50Mi } }
          volumeMounts: [{ name: run, mountPath: /run, mountPropagation: Bidirectional }]
      volumes: [{ name: run, hostPath: { path: /run } }, { name: c, configMap: { name: own } }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: own }
webhooks: [{ name: a.x.io, failurePolicy: Fail, clientConfig: { service: { name: own, namespace: own, port: 443 } } }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: own }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: own }
subjects: [{ kind: ServiceAccount, name: own, namespace: own }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: own, namespace: own }
data: { a.json: '{"image": "r.test/third:v3", "n": 1}', b: 'x {{ y }}' }
---
apiVersion: x.io/v1
kind: Thing
metadata: { name: own, namespace: own }
spec: { image: 'r.test/fourth:v4', replicas: 2 }
`;

const builtins = await readBuiltins();
const small = await smallProject();
const recipe = await readFile(join(FIXTURE, 'recipe.yaml'), 'utf8');
const upstream = await readFile(join(FIXTURE, 'upstream', 'manifest.yaml'), 'utf8');
const created = '2026-01-01T00:00:00Z';

/** Makes a chart of a manifest as `init` does; the renderer gives the manifest back. */
async function chartOfManifest(text: string): Promise<void> {
  const original = readManifest(text, 'manifest.yaml');
  const snapshot = canonicalText(original);
  const manifest = parseManifest(snapshot, 'snapshot.yaml');
  const source = { url: './manifest.yaml', sha256: '0'.repeat(64) };
  const inference = infer(manifest, { fallback: 'x', select: [], skip: [], source });
  const files = projectFiles(inference, created);
  const own = parseRecipe(files.get('recipe.yaml') ?? '', 'recipe.yaml');
  const lock = { ...small.lock, images: {}, created };
  const built = await generate({ root: '/', recipe: own, files, builtins }, manifest, lock);
  check(built);
  await prove({ recipe: own, ...built }, [
    { name: 'none', render: async () => canonicalText(built.manifest) },
  ]);
}

/** What a person hands in from elsewhere: upstream's file, what runs, a list of images. */
export const HANDED_IN: readonly Subject[] = [
  { name: 'init --manifest', format: 'yaml', documents: [MANY_KINDS, ...MANIFESTS], read: chartOfManifest },
  {
    name: 'review --against',
    format: 'yaml',
    documents: [MANY_KINDS, canonicalText(small.manifest)],
    read: (text) => {
      const objects = parseManifest(text, 'live.yaml').resources.map(({ object }) => object);
      for (const live of [false, true]) {
        const side = { name: 'live.yaml', objects: live ? objects.map(wanted) : objects, live };
        const release = { name: 'x', namespace: 'y' };
        const found = reviewChart(small, side, { values: {}, release });
        printMarkdown(found);
        printText(found, (_, words) => words);
      }
    },
  },
  {
    name: 'bump --from',
    format: 'yaml',
    documents: [upstream],
    read: (text) => {
      const manifest = parseManifest(text, 'next.yaml');
      const objects = manifest.resources.map(({ object }) => object);
      review(upstreamSide(small), { name: 'next', objects }, () => []);
      const holding = { recipe, manifest, lock: small.lock };
      mended(holding);
      for (const takesGone of [false, true]) follow(holding, small.model.defaults, takesGone);
      mended(edited(holding, [{ path: ['upstream', 'version'], to: 'v2' }]));
    },
  },
  {
    name: 'pin --from',
    format: 'text',
    documents: [
      `r.test/a/b:v1@sha256:${'a'.repeat(64)}\nr.test/c sha256:${'b'.repeat(64)}\n`,
      JSON.stringify({ Name: 'r.test/a', Digest: `sha256:${'c'.repeat(64)}`, Tags: ['v1'] }),
    ],
    read: (text) => statedFor(parseImageReference('r.test/a/b:v1'), parseDigestList(text, 'images.txt')),
  },
];
