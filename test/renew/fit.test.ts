import { expect, test } from 'vitest';
import type { Built } from '../../scripts/built.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { withSureEdits } from '../../scripts/renew/fit.ts';
import { review } from '../../scripts/review/review.ts';
import { lockOf } from '../chart/small-chart.ts';

const upstream = (...namespaces: readonly string[]) =>
  parseManifest(
    namespaces
      .map(
        (namespace, i) =>
          `{ apiVersion: v1, kind: ConfigMap, metadata: { name: m${i}, namespace: ${namespace} } }`,
      )
      .join('\n---\n'),
    'm.yaml',
  );

const RECIPE = `upstream: { version: v1, url: ./m.yaml }
chart: { name: c, version: 1.0.0, appVersion: '1', description: d, license: MIT }
values:
  - path: namespace
    select: { namespace: old }
    fieldPaths: [metadata.namespace]
`;

/** What a selection by namespace becomes, when objects are elsewhere. */
function followed(before: readonly string[], after: readonly string[]): string {
  const [old, manifest] = [upstream(...before), upstream(...after)];
  const side = (of: typeof old) => ({ name: 'm', objects: of.resources.map(({ object }) => object) });
  const built = { model: { defaults: {} } } as unknown as Built;
  const { fitting } = withSureEdits(
    { recipe: RECIPE, manifest, lock: lockOf({}) },
    review(side(old), side(manifest), () => []),
    built,
  );
  return /namespace: (\w+) }/.exec(fitting.recipe)?.[1] ?? '';
}

test('a selection follows all of its objects, and not some of them', () => {
  expect(followed(['old', 'old'], ['new', 'new'])).toBe('new');
  expect(followed(['old', 'old'], ['old', 'new'])).toBe('old');
});
