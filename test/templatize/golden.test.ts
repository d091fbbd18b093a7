import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import recipeSchema from '../../scripts/recipe/recipe.schema.json' with { type: 'json' };
import type { LockedImage } from '../../scripts/recipe/lock.ts';
import { chartOf, lockOf, ownChartOf } from './small-chart.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/templatize/manifest.yaml', import.meta.url));
const MANIFEST = await readFile(FIXTURE, 'utf8');

const IMAGE: LockedImage = {
  registry: 'registry.test:5000',
  repository: 'team/agent',
  tag: 'v1',
  digest: `sha256:${'1'.repeat(64)}`,
  platforms: ['linux/amd64'],
  source: 'registry',
};

const DS = 'select: { kind: DaemonSet, name: agent }';
const POD = 'spec.template.spec';
const AGENT = `${POD}.containers.[name=agent]`;

/** A recipe for each kind of entry; a few kinds have two shapes. */
const RECIPES: Readonly<Record<string, string>> = {
  'scalar.string': `
  - path: hostPath
    as: scalar
    targets:
      - ${DS}
        fieldPaths: ['${POD}.volumes.[name=run].hostPath.path', '${AGENT}.volumeMounts.0.mountPath']`,
  'scalar.number': `
  - path: grace
    as: scalar
    targets: [{ ${DS}, fieldPaths: [${POD}.terminationGracePeriodSeconds] }]`,
  'scalar.boolean': `
  - path: hostNetwork
    as: scalar
    targets: [{ ${DS}, fieldPaths: [${POD}.hostNetwork] }]`,
  yaml: `
  - path: updateStrategy
    as: yaml
    targets: [{ ${DS}, fieldPaths: [spec.updateStrategy] }]`,
  resources: `
  - path: resources
    as: resources
    default: { limits: { memory: 64Mi } }
    reason: it needs more
    targets: [{ ${DS}, fieldPaths: ['${AGENT}.resources'] }]`,
  optional: `
  - path: tolerations
    as: optional
    targets: [{ ${DS}, fieldPaths: [${POD}.tolerations] }]`,
  'optional.created': `
  - path: priorityClassName
    as: optional
    default: ''
    targets: [{ ${DS}, fieldPaths: [${POD}.priorityClassName], options: { create: true, after: serviceAccountName } }]
  - path: affinity
    as: optional
    default: {}
    targets: [{ ${DS}, fieldPaths: [${POD}.affinity], options: { create: true } }]`,
  append: `
  - path: extraVolumes
    as: append
    unique: name
    targets: [{ ${DS}, fieldPaths: [${POD}.volumes] }]
  - path: extraMounts
    as: append
    unique: mountPath
    refers: { key: name, to: extraVolumes }
    targets: [{ ${DS}, fieldPaths: ['${AGENT}.volumeMounts'] }]`,
  element: `
  - path: extraPath
    as: element
    default: ''
    targets:
      - ${DS}
        fieldPaths: [${POD}.volumes]
        options: { element: { name: extra, hostPath: { path: $value } } }`,
  merge: `
  - path: labels
    as: merge
    targets: [{ ${DS}, fieldPaths: [metadata.labels] }]
  - path: podAnnotations
    as: merge
    targets: [{ ${DS}, fieldPaths: [spec.template.metadata.annotations] }]
  - path: annotations
    as: merge
    targets: [{ ${DS}, fieldPaths: [metadata.annotations], options: { create: true } }]`,
  labels: `
  - path: chartLabels
    as: labels
    default: true
    reason: Helm recommends them
    targets: [{ ${DS}, fieldPaths: [metadata.labels] }]`,
  entries: `
  - path: keep
    as: entries
    default: true
    reason: it stays
    entries: { app: ours, helm.sh/resource-policy: keep }
    targets: [{ ${DS}, fieldPaths: [metadata.labels] }]`,
  json: `
  - path: config
    as: json
    targets: [{ select: { kind: ConfigMap }, fieldPaths: ['data.config\\.json'] }]
  - path: configChecksum
    as: checksum
    annotation: checksum/config
    of: config
    default: true
    reason: it rolls the pods
    targets: [{ ${DS}, fieldPaths: [spec.template.metadata.annotations] }]`,
  image: `
  - path: image
    as: image
    targets: [{ ${DS}, fieldPaths: ['${AGENT}.image'] }]
images: { image: { tag: v1, reason: upstream's tag moves } }`,
  choice: `
  - path: strategy
    as: choice
    default: delete
    reason: it is safer
    choices:
      rolling: { type: RollingUpdate }
      delete: { type: OnDelete }
      none: { type: OnDelete, note: '{{ text }}' }
    targets: [{ ${DS}, fieldPaths: [spec.updateStrategy] }]`,
  namespace: `
  - path: namespaceOverride
    as: namespace
    targets: [{ select: { namespace: kube-system }, fieldPaths: [metadata.namespace] }]`,
  document: `
  - path: serviceAccount.create
    as: document
    targets: [{ select: { kind: ServiceAccount } }]
  - path: rbac.create
    as: document
    targets: [{ select: { kind: ServiceAccount } }]`,
  wrap: `
  - path: port
    as: wrap
    default: 0
    content: [{ name: metrics, containerPort: $value }]
    targets: [{ ${DS}, fieldPaths: ['${AGENT}.ports'], options: { create: true, after: image } }]`,
  substitute: `
  - path: level
    as: substitute
    token: '{level}'
    default: 3
    targets: [{ select: { kind: ConfigMap }, fieldPaths: [data.text] }]`,
  each: `
  - path: accounts
    as: each
    fields: { metadata.name: name, metadata.namespace: namespace }
    targets: [{ select: { kind: ServiceAccount } }]`,
  presets: `
  - path: hostPath
    as: scalar
    targets: [{ ${DS}, fieldPaths: ['${POD}.volumes.[name=run].hostPath.path'] }]
presets: { path: platform, default: plain, options: { plain: {}, other: { hostPath: /var/run } } }`,
};

/** Recipe, values and the templates that it changes, in one file that a person can review. */
function review(recipe: string): string {
  const { templates, defaults, upstreamValues } = recipe.includes('as: substitute')
    ? ownChartOf(MANIFEST.replace('\ndata:\n', '\ndata:\n  text: a {level} b\n'), `values:${recipe}\n`)
    : chartOf(MANIFEST, `values:${recipe}\n`, lockOf({ image: IMAGE }));
  const plain = new Set(chartOf(MANIFEST, 'values: []\n').templates.map(({ text }) => text));
  const head = [
    ...`values:${recipe}`.split('\n'),
    '',
    `defaults: ${JSON.stringify(defaults)}`,
    `of upstream: ${JSON.stringify(upstreamValues)}`,
  ];
  return [
    ...head.map((line) => `# ${line}`.trimEnd()),
    ...templates
      .filter(({ text }) => !plain.has(text))
      .map(({ file, text }) => `--- # ${file}\n${text.trimEnd()}`),
    '',
  ].join('\n');
}

test.each(Object.entries(RECIPES))('golden: %s', async (name, recipe) => {
  await expect(review(recipe)).toMatchFileSnapshot(`../golden/templatize/${name}.yaml`);
});

test('every kind of entry has a golden file', () => {
  const kinds = recipeSchema.definitions.entry.properties.as.enum;
  const shown = Object.values(RECIPES).flatMap((recipe) =>
    (parse(`values:${recipe}`) as { values: readonly { as: string }[] }).values.map((entry) => entry.as),
  );
  expect([...new Set(shown)].toSorted()).toEqual(kinds.toSorted());
});
