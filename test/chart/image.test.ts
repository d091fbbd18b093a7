import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatImage, mirrored, parseImage } from '../../scripts/chart/image.ts';
import { wantedImages } from '../../scripts/chart/pin.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { chartOf, recipeOf, refusal } from './small-chart.ts';

const D = `sha256:${'a'.repeat(64)}`;

describe('an image reference', () => {
  test.each([
    ['busybox', '', 'busybox', '', ''],
    ['busybox:1.36', '', 'busybox', '1.36', ''],
    ['library/busybox', '', 'library/busybox', '', ''],
    ['ghcr.io/a/b:v1', 'ghcr.io', 'a/b', 'v1', ''],
    ['localhost/b', 'localhost', 'b', '', ''],
    ['host:5000/b', 'host:5000', 'b', '', ''],
    ['host:5000/b:v1', 'host:5000', 'b', 'v1', ''],
    ['local/b.c:v1', '', 'local/b.c', 'v1', ''],
    [`r.io/a@${D}`, 'r.io', 'a', '', D],
    [`r.io/a:v1@${D}`, 'r.io', 'a', 'v1', D],
    [`host:5000/a@${D}`, 'host:5000', 'a', '', D],
  ])('%s', (reference, registry, repository, tag, digest) => {
    expect(parseImage(reference)).toEqual({ registry, repository, tag, digest });
    expect(formatImage({ registry, repository, tag, digest })).toBe(reference);
  });

  test('of any parts has these parts', () => {
    const part = fc.stringMatching(/^[a-z0-9]+([._-][a-z0-9]+)?$/);
    // Without a registry the first part of several must not look like one.
    const first = fc.stringMatching(/^[a-z0-9]+$/).filter((name) => name !== 'localhost');
    const image = fc.record(
      {
        registry: fc.constantFrom('', 'localhost', 'ghcr.io', 'host:5000', '10.0.0.1:443'),
        repository: fc
          .tuple(first, fc.array(part, { maxLength: 3 }))
          .map(([head, rest]) => [head, ...rest].join('/')),
        tag: fc.oneof(fc.constant(''), fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/)),
        digest: fc.constantFrom('', D),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(image, (parts) => {
        expect(parseImage(formatImage(parts))).toEqual(parts);
      }),
    );
  });
});

test('a mirror keeps the last part of the name', () => {
  const image = { registry: 'ghcr.io', repository: 'k8s/a/agent' };
  expect(mirrored(image, 'oci://git.test/infra')).toEqual({
    registry: 'git.test',
    repository: 'infra/agent',
  });
  expect(mirrored(image, 'oci://git.test:3000/a/b')).toEqual({
    registry: 'git.test:3000',
    repository: 'a/b/agent',
  });
});

test('by its digest alone is wanted with it, and no tag of it is asked for', () => {
  const wanted = (image: string, images = '') => {
    const manifest = `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: '${image}' }] }\n`;
    const recipe = `values:\n  - { path: image, form: image, select: { kind: Pod }, fieldPaths: ['spec.containers.*.image'] }\n${images}`;
    return wantedImages(recipeOf(recipe), parseManifest(manifest, 'm.yaml'))[0];
  };
  expect(wanted(`r.io/a@${D}`)).toMatchObject({ tag: 'latest', stated: { digest: D }, isFixed: true });
  expect(wanted(`r.io/a:v1@${D}`)).toMatchObject({ tag: 'v1', stated: { digest: D }, isFixed: false });
  const pin = 'images: { image: { tag: v2, reason: newer } }\n';
  expect(wanted(`r.io/a@${D}`, pin)).toMatchObject({ tag: 'v2', stated: undefined, isFixed: false });
});

test.each([
  ['a source path of a build', 'ko://knative.dev/serving/cmd/activator'],
  ['nothing', '""'],
  ['a placeholder', '"{{ image }}"'],
  ['a list', '[a]'],
  ['a number', '1.25'],
])('%s in the place of an image is refused where it stands', (_, image) => {
  const manifest = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - { name: a, image: ${image} }\n`;
  const recipe =
    "values:\n  - { path: image, form: image, targets: [{ select: { kind: Pod }, fieldPaths: ['spec.containers.*.image'] }] }\n";
  const told = `RECIPE_SELECTOR Entry image (recipe.yaml:4): Pod/a spec.containers.0.image (m.yaml:7) is`;
  expect(refusal(() => chartOf(manifest, recipe)).slice(0, told.length)).toBe(told);
  // Before a lock is written that no command reads.
  expect(refusal(() => wantedImages(recipeOf(recipe), parseManifest(manifest, 'm.yaml')))).toContain(
    'which is no image',
  );
});
