import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fieldAt } from '../../scripts/kubernetes/field.ts';
import { schemaOf } from '../../scripts/kubernetes/schema.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import type { Resource } from '../../scripts/manifest/manifest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { someManifests } from '../helpers/real-manifests.ts';

function validator(apiVersion: string, kind: string, path: string) {
  const field = fieldAt(apiVersion, kind, path === '' ? [] : path.split('.'));
  if (field === undefined) throw new Error(`${kind} has no ${path}`);
  const definitions = new Map<string, JsonObject>();
  const schema = schemaOf(field, definitions);
  return new Ajv({ strict: false }).compile({ ...schema, definitions: Object.fromEntries(definitions) });
}

const pod = (path: string) => validator('v1', 'Pod', `spec.${path}`);

describe('schemaOf', () => {
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    [
      'tolerations',
      [[], [{ operator: 'Exists' }], [{ key: 'a', tolerationSeconds: 3 }]],
      [{}, [{ keys: 'a' }], [{ tolerationSeconds: '3' }], ['a'], null],
    ],
    ['nodeSelector', [{}, { 'kubernetes.io/os': 'linux' }], [{ a: 1 }, { a: true }, []]],
    ['priorityClassName', ['', 'high'], [1, null, {}]],
    ['terminationGracePeriodSeconds', [0, 30], ['30', 1.5]],
    [
      'affinity',
      [{}, { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } }],
      [
        { nodeAffinity: { required: {} } },
        { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
      ],
    ],
  ])('%s', (path, good, bad) => {
    const valid = pod(path);
    expect(good.filter((value) => !valid(value))).toEqual([]);
    expect(bad.filter((value) => valid(value))).toEqual([]);
  });

  it('takes quantities as Kubernetes writes them, and none below zero', () => {
    const valid = validator('v1', 'Pod', 'spec.containers.0.resources');
    const limits = (memory: unknown): unknown => ({ limits: { memory } });
    expect(['1Gi', '0.5Gi', '100m', 1, 0.5, '1e3', '128974848'].filter((q) => !valid(limits(q)))).toEqual([]);
    expect(['-1', '1 Gi', '1GiB', 'much', true, null, -1, ''].filter((q) => valid(limits(q)))).toEqual([]);
  });

  it('ends for a type that holds itself', () => {
    const valid = validator('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'spec');
    const names = { kind: 'A', plural: 'as' };
    const root = { properties: { a: { properties: { b: { type: 'string' } } } } };
    const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: root } };
    expect(valid({ group: 'a.b', names, scope: 'Namespaced', versions: [version] })).toBe(true);
    expect(valid({ group: 'a.b', names, scope: 'Namespaced', versions: [{ name: 'v1' }] })).toBe(false);
  });
});

describe('schemas of whole objects', () => {
  const validators = new Map<string, ReturnType<typeof validator>>();
  const faults = ({ apiVersion, kind, name, object }: Resource): readonly string[] => {
    if (fieldAt(apiVersion, kind, []) === undefined) return [];
    const key = `${apiVersion} ${kind}`;
    const valid = validators.get(key) ?? validator(apiVersion, kind, '');
    validators.set(key, valid);
    // A null is as if the field were not there, and the server ignores a status.
    const { status: _, ...rest } = object;
    return valid(withoutNulls(rest)) ? [] : [`${key} ${name}: ${JSON.stringify(valid.errors)}`];
  };

  it('take every object of this project', () => {
    const manifest = parseManifest(readFileSync('upstream/manifest.yaml', 'utf8'), 'manifest.yaml');
    expect(manifest.resources.flatMap(faults)).toEqual([]);
  });

  it('take every object of real manifests', () => {
    const small = someManifests().filter(({ text }) => text.length < 300_000);
    const all = small.flatMap(({ name, text }) =>
      parseManifest(text, name)
        .resources.flatMap(faults)
        .map((fault) => `${name} ${fault}`),
    );
    // Its selector is missing indeed; the server refuses it.
    expect(all.map((fault) => fault.slice(0, 60))).toEqual([
      'metrics-server.yaml apps/v1 Deployment metrics-server: [{"in',
    ]);
  });
});

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutNulls(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      item === null ? [] : [[key, withoutNulls(item as Json)]],
    ),
  );
}
