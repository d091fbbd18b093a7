import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { generate } from '../../scripts/built.ts';
import { check, checkRelease } from '../../scripts/validate.ts';
import type { Entry } from '../../scripts/recipe/entry.ts';
import type { Recipe } from '../../scripts/recipe/types.ts';
import { checkImages } from '../../scripts/check/images.ts';
import { thisProject } from '../helpers/this-project.ts';
import { someManifests } from '../helpers/real-manifests.ts';

const built = await thisProject();
const DIGEST = `sha256:${'0'.repeat(64)}`;

/** A pod spec in flow style, so that it fits wherever an object has one. */
const POD = '{containers: [{name: a, image: b:1}]}';

function found(text: string, ...entries: readonly Entry[]): readonly string[] {
  const recipe: Recipe = { ...built.project.recipe, entries };
  return checkImages(recipe, parseManifest(text, 'm.yaml')).map(
    ({ place, message }) => `${place} ${message}`,
  );
}

function object(kind: string, rest: string): string {
  return `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: x\n${rest}\n`;
}

function image(...fieldPaths: readonly string[]): Entry {
  return { path: 'image', place: 'replace', form: 'image', targets: [{ select: { name: 'x' }, fieldPaths }] };
}

const UNPINNED = 'which has no digest, and no image entry binds it';

describe('an image that no entry lifts is found wherever the pod spec sits', () => {
  test.each([
    ['Pod', `spec: ${POD}`, 'spec.containers.0.image'],
    ['Deployment', `spec: {template: {spec: ${POD}}}`, 'spec.template.spec.containers.0.image'],
    ['DaemonSet', `spec: {template: {spec: ${POD}}}`, 'spec.template.spec.containers.0.image'],
    ['StatefulSet', `spec: {template: {spec: ${POD}}}`, 'spec.template.spec.containers.0.image'],
    ['Job', `spec: {template: {spec: ${POD}}}`, 'spec.template.spec.containers.0.image'],
    [
      'CronJob',
      `spec: {jobTemplate: {spec: {template: {spec: ${POD}}}}}`,
      'spec.jobTemplate.spec.template.spec.containers.0.image',
    ],
    ['PodTemplate', `template: {spec: ${POD}}`, 'template.spec.containers.0.image'],
    ['Anything', `spec: {pods: [${POD}]}`, 'spec.pods.0.containers.0.image'],
    ['Pod', 'spec: {initContainers: [{image: b:1}]}', 'spec.initContainers.0.image'],
    ['Pod', 'spec: {ephemeralContainers: [{image: b:1}]}', 'spec.ephemeralContainers.0.image'],
    ['Pod', 'spec: {volumes: [{image: {reference: b:1}}]}', 'spec.volumes.0.image.reference'],
  ])('%s with %s', (kind, rest, path) => {
    expect(found(object(kind, rest))).toEqual([`m.yaml:5 ${kind}/x ${path} is b:1, ${UNPINNED}`]);
  });

  test('each one, with its own line', () => {
    const text = object(
      'Pod',
      'spec:\n  containers:\n    - name: a\n      image: b\n    - name: c\n      image: d',
    );
    expect(found(`---\n${text}`)).toEqual([
      `m.yaml:9 Pod/x spec.containers.0.image is b, ${UNPINNED}`,
      `m.yaml:11 Pod/x spec.containers.1.image is d, ${UNPINNED}`,
    ]);
  });
});

describe('nothing is found', () => {
  test.each([
    ['where upstream pins', object('Pod', `spec: {containers: [{image: 'b:1@${DIGEST}'}]}`)],
    ['in the schema of a CRD', object('A', 'spec: {properties: {containers: {items: {image: string}}}}')],
    ['in a volume of another kind', object('Pod', 'spec: {volumes: [{rbd: {image: b}}]}')],
    ['where a container names none', object('Pod', 'spec: {containers: [{name: a}]}')],
  ])('%s', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  test('where an image entry lifts it, but beside it', () => {
    const text = object('Pod', 'spec: {containers: [{name: a, image: b}, {name: c, image: d}]}');
    expect(found(text, image('spec.containers.*.image'))).toEqual([]);
    expect(found(text, image('spec.containers.[name=a].image'))).toEqual([
      `m.yaml:5 Pod/x spec.containers.1.image is d, ${UNPINNED}`,
    ]);
  });
});

test('half a digest is none, and another entry than image does not pin', () => {
  const text = object('Pod', 'spec: {containers: [{image: b@sha256:00}]}');
  const scalar: Entry = { ...image('spec.containers.0.image'), place: 'replace', form: 'value' };
  expect(found(text, scalar)).toHaveLength(1);
});

test('a release without the entry of one of its containers is refused, with what to do', async () => {
  const { project, lock, manifest } = built;
  const upstream = { ...manifest, resources: manifest.resources.filter(({ added }) => added !== true) };
  const entries = project.recipe.entries.map((entry): Entry => {
    const [target] = entry.targets;
    if (entry.form !== 'image' || target === undefined) return entry;
    return { ...entry, targets: [{ ...target, fieldPaths: target.fieldPaths?.slice(0, 1) ?? [] }] };
  });
  const one = await generate({ ...project, recipe: { ...project.recipe, entries } }, upstream, lock);
  expect(check(one)).toEqual([]);
  expect(checkRelease(one)).toEqual([
    {
      rule: 'image/unpinned',
      severity: 'error',
      place: expect.stringMatching(/^upstream\/manifest\.yaml:\d+$/) as string,
      message: `DaemonSet/kube-multus-ds spec.template.spec.initContainers.0.image is ghcr.io/k8snetworkplumbingwg/multus-cni:snapshot-thick, ${UNPINNED}`,
      hint: 'Bind it by an entry `form: image` in recipe.yaml with its pin under images, then npm run pin.',
    },
  ]);
});

test('a release wants the digest of every image that is bound, a build does not', async () => {
  const { project, lock, manifest } = built;
  const upstream = { ...manifest, resources: manifest.resources.filter(({ added }) => added !== true) };
  const recipe = { ...project.recipe, images: {} };
  const open = await generate({ ...project, recipe }, upstream, { ...lock, images: {} });
  expect(check(open)).toEqual([]);
  expect(checkRelease(open)).toMatchObject([
    { rule: 'image/open', place: 'image', hint: expect.stringContaining('npm run pin') as string },
  ]);
});

describe('an image outside a pod spec', () => {
  const args = object(
    'Pod',
    `spec: {containers: [{name: a, image: 'b:1@${DIGEST}', args: [-v, '--image=q.io/x/y:1.2', 'w=q.io/x/y:1.2.3']}]}`,
  );
  const byToken: Entry = { ...image('spec.containers.0.args.*'), form: 'image', token: 'q.io/x/y:1.2' };

  test('is warned of with the token that would bind it', () => {
    const [first, second] = checkImages(
      { ...built.project.recipe, entries: [] },
      parseManifest(args, 'm.yaml'),
    );
    expect(first).toEqual({
      rule: 'image/outside',
      severity: 'warning',
      place: 'm.yaml:5',
      message: `Pod/x spec.containers.0.args.1 names q.io/x/y:1.2, ${UNPINNED}`,
      hint: 'If it runs, bind it by an entry `form: image` with `token: q.io/x/y:1.2`.',
    });
    expect(second?.message).toContain('args.2 names q.io/x/y:1.2.3');
  });

  test('is found no more when its token binds it, and only it', () => {
    expect(found(args, byToken)).toEqual([
      `m.yaml:5 Pod/x spec.containers.0.args.2 names q.io/x/y:1.2.3, ${UNPINNED}`,
    ]);
  });

  test('an entry for another part of a text does not lift it', () => {
    const lines = object('ConfigMap', 'data:\n  a: |\n    x=q.io/x/y:1.2\n    y=q.io/z:9');
    expect(found(lines, { ...image('data.a'), form: 'image', token: 'q.io/x/y:1.2' })).toEqual([
      `m.yaml:6 ConfigMap/x data.a names q.io/z:9, ${UNPINNED}`,
    ]);
  });
});

describe('real manifests', () => {
  test.each(someManifests())('$name runs images that need a pin', ({ name, text }) => {
    // ingress-nginx pins its images itself, and Rook's common objects run none.
    expect(found(text).length > 0).toBe(!/^(?:ingress-nginx|rook-common)/.test(name));
  });
});
