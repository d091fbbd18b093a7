import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { infer } from '../../scripts/infer/infer.ts';
import { recipeText } from '../../scripts/infer/recipe-text.ts';
import { entryOf } from '../../scripts/infer/settle.ts';
import { parseRecipe } from '../../scripts/recipe/load.ts';
import type { Entry } from '../../scripts/recipe/entry.ts';
import { someManifests } from '../helpers/real-manifests.ts';
import { deployment, inferred, OPTIONS, pathsOf, snapshot } from './inferred.ts';

/** Small ones: the rest are of the long tests. */
const REAL = someManifests().filter(({ text }) => text.length < 30_000);

/** The entry with a target for each field: one may name several. */
function byField(entry: Entry): unknown {
  const targets = entry.targets.flatMap(({ fieldPaths = [], ...target }) =>
    ['', ...fieldPaths].slice(fieldPaths.length === 0 ? 0 : 1).map((path) => ({ ...target, path })),
  );
  const key = ({ select, path }: (typeof targets)[number]): string => `${JSON.stringify(select)} ${path}`;
  return { ...entry, targets: new Map(targets.map((target) => [key(target), target])) };
}

describe('of every real manifest', () => {
  test.each(REAL)('$name: the same whatever the order of its documents', ({ text }) => {
    const manifest = snapshot(text);
    const recipe = recipeText(infer(manifest, OPTIONS));
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...manifest.resources], { minLength: manifest.resources.length }),
        (resources) => {
          expect(recipeText(infer({ ...manifest, resources }, OPTIONS))).toBe(recipe);
        },
      ),
      { numRuns: 3 },
    );
  });

  test.each(REAL)(
    '$name: the text of the recipe says the entries, with no value inside another',
    ({ text }) => {
      const inference = inferred(text);
      const { entries } = parseRecipe(recipeText(inference), 'recipe.yaml');
      const written = entries.map((entry) => [entry.path, byField({ ...entry, at: '' })] as const);
      const meant = inference.drafts
        .map(entryOf)
        .map((entry) => [entry.path, byField({ ...entry, at: '' })] as const);
      expect(new Map(written)).toEqual(new Map(meant));
    },
  );

  test.each(REAL)('$name: no line of the recipe is longer than a screen', ({ text }) => {
    const long = recipeText(inferred(text))
      .split('\n')
      .filter((line) => line.length > 125);
    expect(long).toEqual([]);
  });
});

describe('an image', () => {
  test('that a Job runs, too, is the one of its workload', () => {
    const job = deployment('a-init', ['x'])
      .replace('apps/v1', 'batch/v1')
      .replace('kind: Deployment', 'kind: Job');
    const text = deployment('a-x', ['x']) + deployment('a-y', ['y']) + job;
    const images = inferred(text).drafts.filter(({ form }) => form === 'image');
    expect(images.map(({ path, spots }) => [path, spots.length])).toEqual([
      ['x.image', 2],
      ['y.image', 1],
    ]);
  });

  test('that several workloads run stands apart from other values, whatever it is called', () => {
    const config = (name: string): string => deployment(name, ['config']);
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { image: x }\n';
    const paths = pathsOf(
      inferred(`${config('a')}${config('b')}${deployment('c', ['c'])}${deployment('d', ['d'])}---\n${map}`),
    );
    expect(paths.filter((path) => path.startsWith('config'))).toEqual([
      'configImage.image',
      'configImage.image.pullPolicy',
      'config.image',
    ]);
  });

  test('that several containers run is one value', () => {
    const text = deployment('a-x', ['x']) + deployment('a-y', ['y']).replace('r.test/y:1', 'r.test/x:1');
    const images = inferred(text).drafts.filter(({ form }) => form === 'image');
    expect(images.map(({ path, spots }) => [path, spots.length])).toEqual([['image', 2]]);
  });

  test('inside arguments, variables and objects of operators is lifted with its token', () => {
    const text = `${deployment('a', ['a']).replace("'r.test/a:1' }", "'r.test/a:1', args: ['--side=r.test/side:2'], env: [{ name: A_IMAGE, value: 'r.test/a:1' }] }")}---
apiVersion: op.test/v1
kind: Server
metadata: { name: s }
spec: { image: 'r.test/server:3' }
`;
    const images = inferred(text).drafts.filter(({ form }) => form === 'image');
    expect(images.map(({ path, token, spots }) => [path, token, spots.length])).toEqual([
      ['image', undefined, 2],
      ['images.server', undefined, 1],
      ['images.side', 'r.test/side:2', 1],
    ]);
  });

  test.each([
    ["image: ''", /empty/],
    ['image: ko://example.test/cmd/a', /build/],
    ['image: ghcr.io/Acme/a:v1', /capitals/],
    ['image: $(IMAGE)', /placeholder/],
    ['image: r.test/a@sha256:12', /digest that is none/],
  ])('that is none is left, with the reason: %s', (image, why) => {
    const { drafts, left } = inferred(deployment('a', ['a']).replace("image: 'r.test/a:1'", image));
    expect(drafts.filter(({ form }) => form === 'image')).toEqual([]);
    expect(left).toEqual([
      { kind: 'image', what: 'Deployment/a a image', why: expect.stringMatching(why) as string },
    ]);
  });
});

test('a field with a null in it is left, with the reason', () => {
  const text = deployment('a', ['a']).replace(
    'spec:\n',
    'spec:\n  strategy: { rollingUpdate: null, type: Recreate }\n',
  );
  const { drafts, left } = inferred(text);
  expect(drafts.map(({ path }) => path)).not.toContain('updateStrategy');
  expect(left).toEqual([
    { kind: 'updateStrategy', what: 'Deployment/a strategy', why: expect.stringContaining('null') as string },
  ]);
});

test('a field with a text that Helm cuts is left, with the reason', () => {
  const probe = 'readinessProbe: { exec: { command: [sh, -c, "true\\n\\n"] } }';
  const { drafts, left } = inferred(deployment('a', ['a']).replace("'r.test/a:1'", `'r.test/a:1', ${probe}`));
  expect(drafts.map(({ path }) => path)).not.toContain('readinessProbe');
  expect(left).toEqual([
    {
      kind: 'probes',
      what: 'Deployment/a a readinessProbe',
      why: expect.stringContaining('"true\\n\\n", ends with blank lines') as string,
    },
  ]);
});

test('a limit that is below its request upstream is a value, and not checked', () => {
  const resources = 'resources: { limits: { cpu: 100m }, requests: { cpu: 1 } }';
  const { drafts, left } = inferred(
    deployment('a', ['a']).replace("'r.test/a:1'", `'r.test/a:1', ${resources}`),
  );
  const found = drafts.find(({ path }) => path === 'resources');
  expect(found?.check).toBeUndefined();
  expect(found?.note).toContain('resources.limits.cpu (100m) is below');
  expect(left).toEqual([]);
});

test('what every cluster has is not made by the chart', () => {
  const object = (kind: string, name: string): string =>
    `---\napiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;
  const { drafts } = inferred(
    deployment('a', ['a']).replace('{ name: a }', '{ name: a, namespace: m }') +
      object('ServiceAccount', 'default') +
      object('Namespace', 'kube-public') +
      object('Namespace', 'other'),
  );
  const made = drafts.filter(({ place }) => place === 'document');
  expect(made.map(({ path, default: value }) => [path, value])).toEqual([
    ['serviceAccount.create', false],
    ['namespaces.kubePublic.create', false],
    ['namespaces.other.create', undefined],
  ]);
  // Pods that name none run as it, whatever another is called.
  expect(drafts.map(({ path }) => path)).not.toContain('serviceAccount.name');
});

test('workloads of one name are told apart by their namespaces', () => {
  const inside = (namespace: string): string =>
    deployment('a', ['a']).replace('{ name: a }', `{ name: a, namespace: ${namespace} }`);
  expect(inferred(inside('x') + inside('z')).workloads.map(({ key }) => key)).toEqual(['xA', 'zA']);
});

test('the version is that of the workload with the chart’s name, else what most run', () => {
  const runs = (name: string, tag: string): string => deployment(name, ['x']).replace('x:1', `x:${tag}`);
  const cron = `---
apiVersion: batch/v1
kind: CronJob
metadata: { name: k-a }
spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: x, image: 'r.test/x:9' }] } } } } }
`;
  const version = (text: string): string => inferred(text, { name: 'k' }).chart.appVersion;
  expect(version(cron + runs('k-b', '1') + runs('k-c', '2') + runs('k-d', '2'))).toBe('2');
  expect(version(runs('k', '1') + runs('k-c', '2') + runs('k-d', '2'))).toBe('1');
});

test('a chart has a name that a release can have', () => {
  const { chart } = inferred(deployment(`${'a'.repeat(52)}-bc`, ['a']));
  expect(chart.name).toBe('a'.repeat(52));
});

test('the name of a service account feeds all that refers to it', () => {
  const text = `${deployment('a', ['a'], ', serviceAccountName: a')}---
apiVersion: v1
kind: ServiceAccount
metadata: { name: a }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: a }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ kind: User, name: b }, { kind: ServiceAccount, name: a, namespace: m }]
`;
  const name = inferred(text).drafts.find(({ path }) => path === 'serviceAccount.name');
  expect(name && entryOf(name).targets).toEqual([
    { select: { kind: 'ServiceAccount', name: 'a' }, fieldPaths: ['metadata.name'] },
    { select: { kind: 'Deployment', name: 'a' }, fieldPaths: ['spec.template.spec.serviceAccountName'] },
    {
      select: { kind: 'ClusterRoleBinding', name: 'a' },
      fieldPaths: ['subjects.[kind=ServiceAccount].name'],
    },
  ]);
});

describe('ConfigMaps', () => {
  const map = (data: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata:\n${data}`;

  test.each([
    ['JSON that comes out as it went in', '  a.json: |\n    {\n      "x": 1\n    }\n', 'json'],
    ['JSON on one line', '  a.json: \'{"x": 1}\'\n', 'value'],
    ['JSON with a null', '  a.json: |\n    {\n      "x": null\n    }\n', 'value'],
    ['what looks like a template', "  a: '{{ .Values.x }}'\n", 'value'],
  ])('%s', (_, data, form) => {
    expect(inferred(map(data)).drafts.find(({ path }) => path === 'config.a')).toMatchObject({ form });
  });

  test('a text of which Helm would lose the end is left', () => {
    const { drafts, left } = inferred(map('  a: "x\\n\\n"\n  b: "x\\n"\n'));
    expect(drafts.map(({ path }) => path)).toContain('config.b');
    expect(left.map(({ what }) => what)).toEqual(['ConfigMap/c a']);
  });

  test('a text that would be all of values.yaml is left, so is an example', () => {
    const { left } = inferred(map(`  a: ${'x'.repeat(20_000)}\n  _example: text\n`));
    expect(left.map(({ what }) => what)).toEqual(['ConfigMap/c _example', 'ConfigMap/c a']);
  });
});

test('a Job has a name that follows its content, unless Helm runs it as a hook', () => {
  const job = (name: string, more: string): string =>
    deployment(name, ['x'])
      .replace('apps/v1', 'batch/v1')
      .replace('kind: Deployment', 'kind: Job')
      .replace(`{ name: ${name} }`, `{ name: ${name}${more} }`);
  const { drafts, left } = inferred(
    job('a-x', '') + job('a-y', ", annotations: { 'helm.sh/hook': pre-install }"),
  );
  expect(drafts.filter(({ kind }) => kind === 'jobs').map(({ path }) => path)).toEqual([
    'x.nameFollowsContent',
  ]);
  expect(left.filter(({ kind }) => kind === 'jobs')).toEqual([
    { kind: 'jobs', what: 'Job/a-y', why: expect.stringMatching(/hook \(pre-install\)/) as string },
  ]);
});

test('--select and --skip: kinds of values, and workloads', () => {
  const text = deployment('a-x', ['x']) + deployment('a-y', ['y']);
  expect(pathsOf(inferred(text, { select: ['replicas'] }))).toEqual(['x.replicas', 'y.replicas']);
  expect(pathsOf(inferred(text, { skip: ['y'] })).filter((path) => path.startsWith('y.'))).toEqual([]);
});
