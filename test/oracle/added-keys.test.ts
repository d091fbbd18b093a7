import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import type { Entry, Target } from '../../scripts/recipe/entry.ts';
import type { ChartIdentity } from '../../scripts/recipe/types.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import type { Release } from '../../scripts/oracle/context.ts';

const manifest = parseManifest(
  [
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata:',
    '  name: a',
    '  labels:',
    '    tier: upstream',
    'data:',
    '  config.json: |',
    '    {"b": 1,',
    '        "a": 2}',
    '',
  ].join('\n'),
  'm.yaml',
);
const [resource] = manifest.resources;
if (resource === undefined) throw new Error('The manifest is empty');

const targets: readonly Target[] = [{ select: { kind: 'ConfigMap' }, fieldPaths: ['metadata.labels'] }];
const config: Entry = {
  path: 'config',
  place: 'replace',
  form: 'json',
  targets: [{ select: { kind: 'ConfigMap' }, fieldPaths: [String.raw`data.config\.json`] }],
};
const identity: ChartIdentity = {
  name: 'chart',
  version: '1.0.0',
  appVersion: '2.0.0',
  description: 'A chart.',
  license: 'Apache-2.0',
};

interface Given {
  readonly values?: JsonObject;
  readonly release?: Release;
  readonly chart?: Partial<ChartIdentity>;
  readonly entries?: readonly Entry[];
}

/**
 * What the map is after an entry, when it is this before: `tier` is upstream's, other keys are of an
 * earlier entry. Undefined when it is not there.
 */
function after(entry: Entry, present: JsonObject | undefined, given: Given = {}): Json | undefined {
  const { tier, ...others } = present ?? {};
  const labels: JsonObject = tier === undefined ? {} : { tier };
  const metadata: JsonObject = { name: 'a', ...(present !== undefined && { labels }) };
  const object: JsonObject = { ...resource?.object, metadata };
  const earlier: Entry = { path: 'earlier', place: 'merge', form: 'yaml', targets };
  const recipe = {
    upstream: { version: 'v1', url: 'https://a.test/{version}' },
    chart: { ...identity, ...given.chart },
    images: {},
    entries: [earlier, ...(given.entries ?? [config]), entry],
  };
  const own = { ...manifest, resources: manifest.resources.map((one) => ({ ...one, object })) };
  const values = { config: {}, ...(given.values ?? { on: true }), earlier: others };
  const [made] = apply(
    { recipe, manifest: own, defaults: {} },
    values,
    given.release ?? { name: 'rel', namespace: 'ns' },
  );
  return ((made ?? {})['metadata'] as JsonObject)['labels'];
}

describe('keys of a user', () => {
  const merge: Entry = { path: 'labels', place: 'merge', form: 'yaml', targets };
  const values = { labels: { team: 'net', tier: 'own' } };

  test('stand beside what is there and win over what the chart adds', () => {
    expect(after(merge, { tier: 'chart', x: 'y' }, { values })).toEqual({ tier: 'own', team: 'net', x: 'y' });
  });

  test('make the map when it is not there', () => {
    expect(after(merge, undefined, { values })).toEqual({ team: 'net', tier: 'own' });
  });

  test.each([[{}], [{ labels: {} }], [{ labels: null }]])('%j adds nothing and makes no map', (none) => {
    expect(after(merge, undefined, { values: none })).toBeUndefined();
    expect(after(merge, {}, { values: none })).toEqual({});
  });

  test('do not change what upstream has', () => {
    const before = structuredClone(resource.object);
    after(merge, { tier: 'upstream' }, { values });
    expect(resource.object).toEqual(before);
  });
});

describe('fixed keys', () => {
  const entry: Entry = {
    path: 'on',
    place: 'merge',
    form: 'content',
    targets,
    content: { tier: 'fixed', keep: 'yes', of: '{release.name} in {release.namespace}, {release.name}' },
  };

  test("stand beside what is there, name the release, and give way to upstream's", () => {
    expect(after(entry, { tier: 'upstream' })).toEqual({
      tier: 'upstream',
      keep: 'yes',
      of: 'rel in ns, rel',
    });
  });

  test('win over what an earlier entry wrote', () => {
    expect(after(entry, { keep: 'no' })).toMatchObject({ keep: 'yes' });
  });

  test.each([[{}], [{ on: false }], [{ on: null }]])('%j adds none', (values) => {
    expect(after(entry, undefined, { values })).toBeUndefined();
  });

  test('are left out where the cluster serves the API', () => {
    const hook: Entry = { ...entry, content: { hook: 'x' }, unlessServed: 'k8s.test/v1' };
    const on = (served: readonly string[]): Json | undefined =>
      after(hook, undefined, { release: { name: 'r', namespace: 'n', served } });
    expect([on([]), on(['k8s.test/v2']), on(['k8s.test/v1'])]).toEqual([
      { hook: 'x' },
      { hook: 'x' },
      undefined,
    ]);
    expect(after(hook, undefined)).toEqual({ hook: 'x' });
  });
});

describe("Helm's recommended labels", () => {
  const labels: Entry = { path: 'on', place: 'merge', form: 'labels', targets };

  test('are five', () => {
    expect(after(labels, { tier: 'upstream' })).toEqual({
      tier: 'upstream',
      'helm.sh/chart': 'chart-1.0.0',
      'app.kubernetes.io/name': 'chart',
      'app.kubernetes.io/instance': 'rel',
      'app.kubernetes.io/version': '2.0.0',
      'app.kubernetes.io/managed-by': 'Helm',
    });
  });

  test.each([
    ['a plus becomes an underscore', { appVersion: '1.0+a+b' }, '1.0_a_b'],
    ['63 characters stay', { appVersion: 'a'.repeat(63) }, 'a'.repeat(63)],
    ['what is longer is cut', { appVersion: 'a'.repeat(70) }, 'a'.repeat(63)],
    ['a dash at the cut goes', { appVersion: `${'a'.repeat(62)}-b` }, 'a'.repeat(62)],
  ])('%s', (_, chart, version) => {
    expect(after(labels, {}, { chart })).toMatchObject({ 'app.kubernetes.io/version': version });
  });

  test('chart and version are cut as one', () => {
    const chart = { name: 'c'.repeat(60), version: '1.0.0' };
    expect(after(labels, {}, { chart })).toMatchObject({ 'helm.sh/chart': `${'c'.repeat(60)}-1.` });
  });

  test('are left out when switched off', () => {
    expect(after(labels, {}, { values: { on: false } })).toEqual({});
  });
});

describe('a checksum', () => {
  const checksum: Entry = {
    path: 'on',
    place: 'merge',
    form: 'checksum',
    targets,
    annotation: 'checksum/config',
    of: 'config',
  };

  test('is of the text that the pods read, in the style of upstream, without its last line break', () => {
    const text = '{\n    "b": 3,\n    "a": 4\n}';
    expect(after(checksum, undefined, { values: { on: true, config: { a: 4, b: 3 } } })).toEqual({
      'checksum/config': createHash('sha256').update(text).digest('hex'),
    });
  });

  test('of another kind of entry is refused', () => {
    const entries: readonly Entry[] = [{ path: 'config', place: 'replace', form: 'value', targets: [] }];
    expect(() => after(checksum, undefined, { entries })).toThrow(
      new ChartError('RECIPE_INVALID', 'A checksum is of config, which is no json entry'),
    );
  });

  test('is left out when switched off', () => {
    expect(after(checksum, undefined, { values: { on: false } })).toBeUndefined();
  });
});
