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
    form: value
    targets:
      - ${DS}
        fieldPaths: ['${POD}.volumes.[name=run].hostPath.path', '${AGENT}.volumeMounts.0.mountPath']`,
  'scalar.number': `
  - path: grace
    form: value
    targets: [{ ${DS}, fieldPaths: [${POD}.terminationGracePeriodSeconds] }]`,
  'scalar.boolean': `
  - path: hostNetwork
    form: value
    targets: [{ ${DS}, fieldPaths: [${POD}.hostNetwork] }]`,
  yaml: `
  - path: updateStrategy
    form: yaml
    targets: [{ ${DS}, fieldPaths: [spec.updateStrategy] }]`,
  resources: `
  - path: resources
    form: yaml
    check: limits
    default: { limits: { memory: 64Mi } }
    reason: it needs more
    targets: [{ ${DS}, fieldPaths: ['${AGENT}.resources'] }]`,
  optional: `
  - path: tolerations
    place: drop
    form: yaml
    targets: [{ ${DS}, fieldPaths: [${POD}.tolerations] }]`,
  'yaml.omitEmpty': `
  - path: updateStrategy
    form: yaml
    omitEmpty: true
    default: { type: OnDelete, rollingUpdate: { maxUnavailable: 1 } }
    reason: it is safer
    targets: [{ ${DS}, fieldPaths: [spec.updateStrategy] }]`,
  'optional.created': `
  - path: priorityClassName
    place: drop
    default: ''
    targets: [{ ${DS}, fieldPaths: [${POD}.priorityClassName], create: true, after: serviceAccountName }]
  - path: affinity
    place: drop
    form: yaml
    default: {}
    targets: [{ ${DS}, fieldPaths: [${POD}.affinity], create: true }]`,
  append: `
  - path: extraVolumes
    place: append
    form: yaml
    unique: name
    targets: [{ ${DS}, fieldPaths: [${POD}.volumes] }]
  - path: extraMounts
    place: append
    form: yaml
    unique: mountPath
    refers: { key: name, to: extraVolumes }
    targets: [{ ${DS}, fieldPaths: ['${AGENT}.volumeMounts'] }]`,
  element: `
  - path: extraPath
    place: append
    form: content
    default: ''
    targets:
      - ${DS}
        fieldPaths: [${POD}.volumes]
        content: { name: extra, hostPath: { path: $value } }`,
  merge: `
  - path: labels
    place: merge
    form: yaml
    targets: [{ ${DS}, fieldPaths: [metadata.labels] }]
  - path: podAnnotations
    place: merge
    form: yaml
    targets: [{ ${DS}, fieldPaths: [spec.template.metadata.annotations] }]
  - path: annotations
    place: merge
    form: yaml
    targets: [{ ${DS}, fieldPaths: [metadata.annotations], create: true }]`,
  labels: `
  - path: chartLabels
    place: merge
    form: labels
    default: true
    reason: Helm recommends them
    targets: [{ ${DS}, fieldPaths: [metadata.labels] }]`,
  entries: `
  - path: keep
    place: merge
    form: content
    default: true
    reason: it stays
    content: { app: ours, helm.sh/resource-policy: keep }
    targets: [{ ${DS}, fieldPaths: [metadata.labels] }]`,
  json: `
  - path: config
    form: json
    targets: [{ select: { kind: ConfigMap }, fieldPaths: ['data.config\\.json'] }]
  - path: configChecksum
    place: merge
    form: checksum
    annotation: checksum/config
    of: config
    default: true
    reason: it rolls the pods
    targets: [{ ${DS}, fieldPaths: [spec.template.metadata.annotations] }]`,
  image: `
  - path: image
    form: image
    targets: [{ ${DS}, fieldPaths: ['${AGENT}.image'] }]
images: { image: { tag: v1, reason: upstream's tag moves } }`,
  choice: `
  - path: strategy
    form: choice
    default: delete
    reason: it is safer
    choices:
      rolling: { type: RollingUpdate }
      delete: { type: OnDelete }
      none: { type: OnDelete, note: '{{ text }}' }
    targets: [{ ${DS}, fieldPaths: [spec.updateStrategy] }]`,
  namespace: `
  - path: namespaceOverride
    form: namespace
    targets: [{ select: { namespace: kube-system }, fieldPaths: [metadata.namespace] }]`,
  document: `
  - path: serviceAccount.create
    place: document
    targets: [{ select: { kind: ServiceAccount } }]
  - path: rbac.create
    place: document
    targets: [{ select: { kind: ServiceAccount } }]`,
  wrap: `
  - path: port
    place: drop
    form: content
    default: 0
    content: [{ name: metrics, containerPort: $value }]
    targets: [{ ${DS}, fieldPaths: ['${AGENT}.ports'], create: true, after: image }]`,
  substitute: `
  - path: level
    form: token
    token: '{level}'
    default: 3
    targets: [{ select: { kind: ConfigMap }, fieldPaths: [data.text] }]`,
  each: `
  - path: accounts
    place: each
    fields: { metadata.name: name, metadata.namespace: namespace }
    targets: [{ select: { kind: ServiceAccount } }]`,
  'each.optional': `
  - path: configs
    place: each
    fields: { metadata.name: name, data.config\\.json: config }
    targets: [{ select: { kind: ConfigMap } }]
  - path: agents
    place: each
    fields: { metadata.name: name, metadata.labels: labels, spec.updateStrategy.type: strategy }
    targets: [{ ${DS} }]
  - path: keep
    place: merge
    form: content
    default: true
    reason: it stays
    content: { app: ours, helm.sh/resource-policy: keep }
    targets: [{ ${DS}, fieldPaths: [metadata.labels] }]`,
  presets: `
  - path: hostPath
    form: value
    targets: [{ ${DS}, fieldPaths: ['${POD}.volumes.[name=run].hostPath.path'] }]
presets: { path: platform, default: plain, options: { plain: {}, other: { hostPath: /var/run } } }`,
};

/** Recipe, values and the templates that it changes, in one file that a person can review. */
function review(recipe: string): string {
  const { templates, defaults, upstreamValues } = recipe.includes('form: token')
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

test('every place and every form has a golden file', () => {
  const { place, form } = recipeSchema.definitions.entry.properties;
  const shown = Object.values(RECIPES).flatMap(
    (recipe) =>
      (parse(`values:${recipe}`) as { values: readonly { place?: string; form?: string }[] }).values,
  );
  const seen = (kinds: readonly string[], of: (entry: (typeof shown)[number]) => string): void =>
    expect([...new Set(shown.map(of))].toSorted()).toEqual(kinds.toSorted());
  seen(place.enum, (entry) => entry.place ?? place.default);
  seen(form.enum, (entry) => entry.form ?? form.default);
});
