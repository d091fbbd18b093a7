import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { testEngines } from '../helpers/engines.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import type { ChartModel } from '../../scripts/chart/model.ts';
import { compareObjects, showDifference, type Difference } from '../../scripts/oracle/compare.ts';
import { render, subjectOf, type Subject } from '../helpers/theorem.ts';
import { hasShared, readShared } from '../helpers/shared-files.ts';
import { thisProject } from '../helpers/this-project.ts';

const engines = await testEngines();
const release = { name: 'multus', namespace: 'default' };
const RUNNING = 'running/multus.yaml';
const { project } = await thisProject();
const UPSTREAM = `upstream/multus-daemonset-thick-${project.recipe.upstream.version}.yml`;

let subject: Subject;
let model: ChartModel;

beforeAll(async () => {
  const built = await thisProject();
  model = built.model;
  subject = await subjectOf(built);
});

afterAll(() => rm(dirname(subject.directory), { recursive: true }));

function valuesOf(file: string): JsonObject {
  return parse(subject.files.get(file) ?? '') as JsonObject;
}

function objectsOf(text: string): readonly JsonObject[] {
  return parseManifest(text, 'expected.yaml').resources.map(({ object }) => object);
}

/** The values whose lifts a difference lies in. */
function causes({ object, path }: Difference): readonly string[] {
  return model.lifts
    .filter(
      ({ as, resource, field }) =>
        as !== 'document' && `${resource.kind}/${resource.name}` === object && overlap(field, path),
    )
    .map(({ value }) => value);
}

function overlap(a: readonly (string | number)[], b: readonly (string | number)[]): boolean {
  return a.every((part, i) => i >= b.length || part === b[i]);
}

describe.each(engines)('helm $version', (helm) => {
  test('renders the vendored snapshot with ci/upstream-values.yaml', async () => {
    const rendered = await render(subject, helm, valuesOf('ci/upstream-values.yaml'), release);
    const upstream = subject.manifest.resources.filter(({ added }) => added !== true);
    const snapshot = upstream.map(({ object }) => object);
    expect(compareObjects(rendered, snapshot).map(showDifference)).toEqual([]);
  });

  test.skipIf(!hasShared(UPSTREAM))(
    'renders the raw upstream file with ci/upstream-values.yaml',
    async () => {
      const rendered = await render(subject, helm, valuesOf('ci/upstream-values.yaml'), release);
      expect(compareObjects(rendered, objectsOf(readShared(UPSTREAM))).map(showDifference)).toEqual([]);
    },
  );

  test.skipIf(!hasShared(RUNNING))(
    'renders what runs with ci/running-values.yaml, but for two descriptions that its author dropped',
    async () => {
      const rendered = await render(subject, helm, valuesOf('ci/running-values.yaml'), release);
      const differences = compareObjects(rendered, objectsOf(readShared(RUNNING)));
      expect(differences.map(({ object, path, right }) => [object, path.slice(-3).join('.'), right])).toEqual(
        ['apiVersion', 'kind'].map((name) => [
          'CustomResourceDefinition/network-attachment-definitions.k8s.cni.cncf.io',
          `properties.${name}.description`,
          undefined,
        ]),
      );
    },
  );

  test.skipIf(!hasShared(RUNNING))(
    'renders by default what runs, but for the declared departures and each of them',
    async () => {
      const { crds } = valuesOf('ci/running-values.yaml');
      const annotations = (crds as JsonObject)['annotations'] ?? {};
      const rendered = await render(subject, helm, { crds: { annotations } }, release);
      const differences = compareObjects(rendered, objectsOf(readShared(RUNNING)));
      const undeclared = differences.filter((difference) => causes(difference).length === 0);
      expect(undeclared.map(({ path }) => path.slice(-2).join('.'))).toEqual([
        'apiVersion.description',
        'kind.description',
      ]);
      const departures = model.departures.map(({ value }) => value);
      const seen = new Set(differences.flatMap(causes));
      expect(departures.filter((value) => !seen.has(value))).toEqual([]);
    },
  );
});
