import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { isObject } from '../../scripts/json/tree.ts';
import { compareObjects } from '../../scripts/oracle/compare.ts';
import { compare } from '../../scripts/review/compare.ts';
import { reviewJson } from '../../scripts/review/print-json.ts';
import { printMarkdown } from '../../scripts/review/print-markdown.ts';
import { printText } from '../../scripts/review/print-text.ts';
import { review } from '../../scripts/review/review.ts';
import { overlap } from '../../scripts/review/path.ts';
import { patch } from '../helpers/patch.ts';

/** Few names and values, so that two drawings have much in common. */
const NAME = fc.constantFrom('a', 'b', 'c');
const TEXT = fc.constantFrom('x', 'y', '', 'a long one\nof two lines');
const MAP = fc.dictionary(NAME, TEXT, { maxKeys: 3 });
const named = (rest: Readonly<Record<string, fc.Arbitrary<Json>>>): fc.Arbitrary<readonly JsonObject[]> =>
  fc.uniqueArray(fc.record({ name: NAME, ...rest }, { requiredKeys: ['name'] }), {
    selector: ({ name }) => name,
    maxLength: 3,
  });
const CONTAINERS = named({
  image: TEXT,
  args: fc.array(TEXT, { maxLength: 3 }),
  env: named({ value: TEXT }),
  ports: fc.uniqueArray(
    fc.record({ containerPort: fc.constantFrom(1, 2, 3), name: NAME }, { requiredKeys: ['containerPort'] }),
    { selector: ({ containerPort }) => containerPort, maxLength: 2 },
  ),
});
const METADATA = fc.record(
  { name: NAME, namespace: NAME, labels: MAP, annotations: MAP, finalizers: fc.uniqueArray(NAME) },
  { requiredKeys: ['name'] },
);
const object = (apiVersion: string, kind: string, rest: Readonly<Record<string, fc.Arbitrary<Json>>>) =>
  fc.record(
    { apiVersion: fc.constant(apiVersion), kind: fc.constant(kind), metadata: METADATA, ...rest },
    { requiredKeys: ['apiVersion', 'kind', 'metadata'] },
  );
const OBJECT: fc.Arbitrary<JsonObject> = fc.oneof(
  object('apps/v1', 'Deployment', {
    spec: fc.record(
      {
        replicas: fc.constantFrom(1, 2),
        template: fc.record(
          {
            spec: fc.record(
              {
                containers: CONTAINERS,
                initContainers: CONTAINERS,
                volumes: named({ emptyDir: fc.constant({}) }),
                tolerations: fc.array(fc.record({ key: NAME }), { maxLength: 2 }),
                nodeSelector: MAP,
                hostNetwork: fc.boolean(),
              },
              { requiredKeys: [] },
            ),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
  }),
  object('v1', 'ConfigMap', { data: MAP }),
  object('rbac.authorization.k8s.io/v1', 'Role', {
    rules: fc.array(fc.record({ verbs: fc.array(NAME), resources: fc.array(NAME) }), { maxLength: 2 }),
  }),
  object('x.io/v1', 'X', {
    spec: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
    steps: named({ run: TEXT }),
  }),
);
const OBJECTS = fc.uniqueArray(OBJECT, {
  selector: ({ kind, metadata }) =>
    JSON.stringify([kind, (metadata as JsonObject)['name'], (metadata as JsonObject)['namespace'] ?? '']),
  maxLength: 4,
});

/** Without what does not count: where objects and named elements stand, and what is empty. */
function normal(value: Json): Json {
  if (Array.isArray(value)) {
    const list = (value as readonly Json[]).map(normal);
    return list.every((item) => typeof item === 'object')
      ? list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : list;
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(
    ([key, inner]) =>
      [key, key === 'finalizers' ? [...(inner as readonly string[])].toSorted() : normal(inner)] as const,
  );
  const kept = members.filter(
    ([key, inner]) =>
      typeof inner !== 'object' || inner === null || key === 'emptyDir' || Object.keys(inner).length > 0,
  );
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe('properties', () => {
  test('nothing differs from itself, whatever the order of documents', () => {
    fc.assert(
      fc.property(OBJECTS, (set) => {
        expect(compare(set, structuredClone(set.toReversed()))).toEqual([]);
      }),
    );
  });

  test('the order of elements that Kubernetes knows by keys is told of pods alone, and as an order', () => {
    fc.assert(
      fc.property(CONTAINERS, MAP, (containers, labels) => {
        const of = (list: readonly JsonObject[]): readonly JsonObject[] => [
          {
            apiVersion: 'apps/v1',
            kind: 'DaemonSet',
            metadata: { name: 'a', labels },
            spec: { template: { spec: { containers: list } } },
          },
        ];
        const shuffled = containers.toReversed().map((container) => {
          const { env, ports } = container as { env?: readonly Json[]; ports?: readonly Json[] };
          return {
            ...container,
            ...(env && { env: env.toReversed() }),
            ...(ports && { ports: ports.toReversed() }),
          };
        });
        const kinds = compare(of(containers), of(shuffled)).flatMap(({ changes }) =>
          changes.map(({ kind }) => kind),
        );
        expect(kinds.filter((kind) => kind !== 'moved')).toEqual([]);
        expect(kinds.length > 0 || containers.length < 2).toBe(true);
      }),
    );
  });

  test('the changes make the one set of the other, and each is one', () => {
    fc.assert(
      fc.property(OBJECTS, OBJECTS, (before, after) => {
        const found = compare(before, after);
        expect(normal([...patch(before, found)])).toEqual(normal(after));
        for (const { changes } of found) {
          for (const change of changes) expect(change.after).not.toEqual(change.before);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('no difference is told twice', () => {
    fc.assert(
      fc.property(OBJECTS, OBJECTS, (before, after) => {
        for (const { changes } of compare(before, after)) {
          const places = changes.filter(({ kind }) => kind !== 'moved').map(({ path }) => path);
          for (const [i, path] of places.entries())
            expect(places.slice(i + 1).filter((other) => overlap(path, other))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('what the proof holds for equal has no difference', () => {
    fc.assert(
      fc.property(OBJECTS, (set) => {
        const other = structuredClone(set.toReversed());
        expect(compareObjects(set, other)).toEqual([]);
        expect(compare(set, other)).toEqual([]);
      }),
    );
  });

  test('whatever stands in the fields, it is printed, each line by itself', () => {
    const any = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }) as fc.Arbitrary<Json>;
    const wild = fc.constantFrom(
      ['apps/v1', 'Deployment'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
      ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
      ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
      ['v1', 'Secret'],
    );
    const keys = fc.constantFrom(
      'spec',
      'rules',
      'subjects',
      'roleRef',
      'data',
      'template',
      'versions',
      'containers',
      'securityContext',
      'capabilities',
      'hostPath',
      'schema',
      'required',
      'enum',
    );
    const tree = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        any,
        fc.dictionary(keys, tie('tree')),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    })).tree;
    const side = fc
      .array(fc.record({ at: wild, rest: fc.dictionary(keys, tree) }), { maxLength: 3 })
      .map((list) => ({
        name: 'side',
        objects: list.map(({ at: [apiVersion = '', kind = ''], rest }): JsonObject => ({
          ...rest,
          apiVersion,
          kind,
          metadata: { name: 'a' },
        })),
      }));
    fc.assert(
      fc.property(side, side, (before, after) => {
        const found = review(before, after, () => []);
        const lines = [...printText(found, (_, text) => text), ...printMarkdown(found)];
        // oxlint-disable-next-line no-control-regex
        expect(lines.filter((line) => /[\u0000-\u001f\u007f-\u009f\u202e]/.test(line))).toEqual([]);
        expect(JSON.parse(JSON.stringify(reviewJson(found)))).toMatchObject({ before: 'side' });
      }),
      { numRuns: 40 },
    );
  });
});
