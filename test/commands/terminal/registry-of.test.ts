import { expect, test } from 'vitest';
import { registryOf } from '../../../scripts/commands/terminal/registry-of.ts';

const ALL = { mirror: 'oci://mirror/a', publish: { registry: 'oci://recipe/a' } };

test.each([
  // --registry, $REGISTRY, the recipe; then what a chart and what an image goes to.
  ['oci://flag/a', 'oci://env/a', ALL, 'oci://flag/a', 'oci://flag/a'],
  [undefined, 'oci://env/a', ALL, 'oci://env/a', 'oci://mirror/a'],
  [undefined, undefined, ALL, 'oci://recipe/a', 'oci://mirror/a'],
  [undefined, '', ALL, 'oci://recipe/a', 'oci://mirror/a'],
  [undefined, 'oci://env/a', { publish: ALL.publish }, 'oci://env/a', 'oci://env/a'],
  [undefined, '', { publish: {} }, undefined, undefined],
  [undefined, '', { mirror: ALL.mirror }, undefined, 'oci://mirror/a'],
])('--registry %j, REGISTRY=%j, recipe %j: chart %j, images %j', (flag, value, recipe, chart, images) => {
  const env = value === undefined ? {} : { REGISTRY: value };
  expect(registryOf({ flag, env }, recipe)).toBe(chart);
  expect(registryOf({ flag, env, images: true }, recipe)).toBe(images);
});

const PUBLISH = { publish: { registry: 'oci://Recipe/A' } };
test.each([
  // A shell's "$UNSET" is a mistake that is told, not a release to dist/oci.
  ['', 'oci://env/a', ALL, 'REGISTRY_REFERENCE', /^--registry: "" cannot be used/],
  ['oci://flag/a:1', 'oci://env/a', ALL, 'USAGE', /^--registry names a tag or a digest; it names the owner/],
  [undefined, 'oci://env', {}, 'REGISTRY_REFERENCE', /^REGISTRY: "oci:\/\/env" cannot be used/],
  [undefined, '', PUBLISH, 'REGISTRY_REFERENCE', /^publish\.registry of recipe\.yaml: "oci:\/\/Recipe\/A"/],
  [undefined, '', { mirror: 'oci://x/' }, 'REGISTRY_REFERENCE', /^images\.mirror of recipe\.yaml: /],
])('--registry %j, REGISTRY=%j, recipe %j is refused, and where it stands is said', (...given) => {
  const [flag, value, recipe, code, message] = given;
  const env = value === undefined ? {} : { REGISTRY: value };
  expect(() => registryOf({ flag, env, images: true }, recipe)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
  );
});
