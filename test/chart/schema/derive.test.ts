import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeChart } from '../../../scripts/io/chart-dir.ts';
import type { Json, JsonObject } from '../../../scripts/json/json.ts';
import { mergeValues } from '../../../scripts/json/merge-values.ts';
import { canonicalText } from '../../../scripts/manifest/canonical.ts';
import { parseManifest } from '../../../scripts/manifest/parse.ts';
import { generate } from '../../../scripts/built.ts';
import { builtins } from '../../helpers/builtins.ts';
import { testEngines } from '../../helpers/engines.ts';
import { ajvFindings, helmFindings, SOMEWHERE } from '../../helpers/schema-findings.ts';
import { lockOf, recipeOf } from '../small-chart.ts';

const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: { name: d, namespace: kube-system, labels: { app: d } }
spec:
  replicas: 1
  strategy: { type: Recreate }
  selector: { matchLabels: { app: d } }
  template:
    metadata: { labels: { app: d } }
    spec:
      hostNetwork: true
      priorityClassName: high
      nodeSelector: { a: b }
      volumes: [{ name: v, emptyDir: { sizeLimit: 1Gi } }]
      containers:
        - name: c
          image: r.test/a/b:v1
          imagePullPolicy: Always
          command: [run]
          args: ['--level', '{level}']
          env: [{ name: A, value: '1' }]
          ports: [{ containerPort: 80 }]
          livenessProbe: { httpGet: { port: 80 }, periodSeconds: 3 }
          readinessProbe: { httpGet: { port: 80 } }
          resources: { requests: { cpu: 100m, memory: 1Gi }, limits: { memory: 1Gi } }
          volumeMounts: [{ name: v, mountPath: /v, mountPropagation: None }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: m }
data:
  c.json: '{"level": "info", "count": 3, "on": true, "deep": {"list": [1]}}'
---
apiVersion: example.org/v1
kind: Custom
metadata: { name: x }
spec: { text: a, count: 5, share: 0.5, ratio: 1, on: true, map: { a: b }, list: [1] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: s }
`;

const OWN = `apiVersion: v1
kind: Secret
metadata: { name: own, namespace: one, labels: { a: b } }
type: Opaque
stringData: { text: 'of {number}', json: '{"a": 1}', word: w }
`;

const D = 'select: { kind: Deployment }';
const C = 'spec.template.spec.containers.0';
const X = 'select: { kind: Custom }';
const QUANTITIES: readonly Json[] = ['1Gi', '0.5', '100m'];

/** What an entry says beside its path, and what its value may be and may not be. */
type Row = readonly [name: string, entry: string, good: readonly Json[], bad: readonly Json[]];

const ROWS: readonly Row[] = [
  ['text', `${D}, fieldPaths: [spec.template.spec.priorityClassName]`, ['', 'low'], [1, true, [], {}, null]],
  ['integer', `${D}, fieldPaths: [spec.replicas]`, [0, 7], ['1', 1.5, true]],
  ['boolean', `${D}, fieldPaths: [spec.template.spec.hostNetwork]`, [true, false], ['true', 1]],
  ['enum', `${D}, fieldPaths: ['${C}.volumeMounts.0.mountPropagation']`, ['None'], ['', 'none', 1]],
  [
    'quantity',
    `${D}, fieldPaths: ['spec.template.spec.volumes.0.emptyDir.sizeLimit']`,
    QUANTITIES,
    ['1 Gi', 2, '', true],
  ],
  ['integer or text', `${D}, fieldPaths: ['${C}.livenessProbe.httpGet.port']`, [80, 0], ['http', 1.5]],
  [
    'integer or text, whose default is the other',
    `default: http, reason: r, ${D}, fieldPaths: ['${C}.readinessProbe.httpGet.port']`,
    ['https', 80],
    [1.5, true, null, {}],
  ],
  [
    'integer whose default is a number',
    `default: 0.5, reason: r, ${X}, fieldPaths: [spec.ratio]`,
    [1, 0.25],
    ['1', {}],
  ],
  ['integer of a custom resource', `${X}, fieldPaths: [spec.count]`, [0, 7], ['1', 1.5]],
  ['number of a custom resource', `${X}, fieldPaths: [spec.share]`, [0, 0.25], ['1', true]],
  ['map of a custom resource', `form: yaml, ${X}, fieldPaths: [spec.map]`, [{}, { a: 1 }], [[], 'a']],
  ['enum × drop', `place: drop, ${D}, fieldPaths: ['${C}.imagePullPolicy']`, ['', 'Never'], ['never', 0]],
  [
    'enum × drop, created',
    `place: drop, default: '', ${D}, create: true, fieldPaths: ['${C}.terminationMessagePolicy']`,
    ['', 'File'],
    ['file', 0],
  ],
  ['value × append', `place: append, default: '', ${D}, fieldPaths: ['${C}.args']`, ['', '-v'], [1, ['-v']]],
  [
    'yaml',
    `form: yaml, ${D}, fieldPaths: [spec.strategy]`,
    [{}, { type: 'RollingUpdate', rollingUpdate: { maxSurge: '10%' } }],
    [[], { kind: 'Recreate' }, { type: 'recreate' }, { rollingUpdate: { maxSurge: 1.5 } }],
  ],
  [
    'yaml × drop',
    `place: drop, form: yaml, default: {}, ${D}, create: true, fieldPaths: ['spec.template.spec.affinity']`,
    [{}, { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } }],
    [[], { nodeaffinity: {} }, { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } }],
  ],
  [
    'yaml × drop of a type with required fields',
    `place: drop, form: yaml, default: {}, ${D}, create: true, fieldPaths: ['spec.template.spec.os']`,
    [{}, { name: 'linux' }],
    [{ named: 'linux' }, [], { name: 1 }],
  ],
  [
    'yaml × append',
    `place: append, form: yaml, ${D}, fieldPaths: ['${C}.env']`,
    [[], [{ name: 'B' }, { name: 'C', value: 'c' }]],
    [{}, [{ value: 'c' }], [{ name: 'B', value: 1 }], ['B']],
  ],
  [
    'yaml × merge',
    'place: merge, form: yaml, select: { kind: Deployment }, fieldPaths: [metadata.labels]',
    [{}, { b: 'c' }],
    [{ app: 'x' }, { b: 1 }, []],
  ],
  [
    'yaml × merge into a custom resource',
    `place: merge, form: yaml, default: {}, ${X}, create: true, fieldPaths: [metadata.annotations]`,
    [{}, { b: 'c' }],
    [{ b: 1 }, { b: null }],
  ],
  [
    'yaml without its empty keys',
    `form: yaml, omitEmpty: true, ${D}, fieldPaths: ['${C}.resources']`,
    [{}, { limits: null }, { limits: { memory: '', cpu: null } }, { requests: { cpu: 1 }, claims: '' }],
    [[], { limits: { memory: '1 Gi' } }, { limit: {} }, { claims: [{}] }],
  ],
  [
    'yaml without one empty key',
    `form: yaml, omitEmpty: [a], ${D}, fieldPaths: [spec.template.spec.nodeSelector]`,
    [{}, { a: '' }, { a: null }, { b: 'c' }],
    [{ b: null }, { a: 1 }],
  ],
  [
    'json',
    `form: json, extra: more, derive: [{ key: far, from: v0 }], select: { kind: ConfigMap }, fieldPaths: ['data.c\\.json']`,
    [{}, { level: '', count: 1.5, far: 'x' }, { other: [1], deep: { list: [] } }, { more: { b: 1 } }],
    [
      [],
      { level: 1 },
      { deep: { list: {} } },
      { more: { level: 'x' } },
      { more: { far: 'x' } },
      { on: 'yes' },
    ],
  ],
  [
    'choice',
    `form: choice, default: one, choices: { one: [run], "two": [x] }, ${D}, fieldPaths: ['${C}.command']`,
    ['one', 'two'],
    ['', 'three', 1],
  ],
  [
    'content × drop with a value',
    `place: drop, form: content, default: 0, content: { periodSeconds: $value }, ${D}, create: true, fieldPaths: ['${C}.startupProbe']`,
    [0, 7],
    ['', 1.5],
  ],
  [
    'content × append in a longer text',
    `place: append, form: content, default: '', content: { name: B, value: 'of $value' }, ${D}, fieldPaths: ['${C}.env']`,
    ['', 'x'],
    [0, {}],
  ],
  [
    'content × merge',
    'place: merge, form: content, default: false, content: { keep: a }, select: { kind: ServiceAccount }, fieldPaths: [metadata.annotations], create: true',
    [true, false],
    ['a', 0],
  ],
  ['namespace', `form: namespace, ${D}, fieldPaths: [metadata.namespace]`, ['', 'a-1'], ['a.b', 1, 'A']],
  [
    'labels',
    'place: merge, form: labels, default: false, select: { kind: ConfigMap }, fieldPaths: [metadata.labels], create: true',
    [true],
    ['x', 1],
  ],
  [
    'image',
    `form: image, ${D}, fieldPaths: ['${C}.image']`,
    [
      { tag: 'v2', digest: '' },
      { registry: '', repository: 'a' },
    ],
    [
      { tag: '', digest: '' },
      { repository: '' },
      { repository: 'A' },
      { registry: 'https://a.test' },
      { tag: 'a b' },
      { digest: 'sha256:0' },
      { name: 'x' },
      'a/b',
    ],
  ],
  ['document', 'place: document, select: { kind: ServiceAccount }', [true, false], ['true', null]],
  [
    'token',
    "form: token, token: '{number}', default: 3, select: { kind: Secret }, fieldPaths: [stringData.text]",
    [0, 9],
    ['9', 1.5],
  ],
  [
    'each',
    'place: each, select: { kind: Secret }, fields: { metadata.name: name, metadata.namespace: namespace, metadata.labels: labels, stringData.json: config, stringData.word: word }',
    [
      [],
      [{ name: 'a', namespace: 'b' }],
      [{ name: 'a', namespace: 'b', labels: { c: 'd' }, config: { e: 1 }, word: '' }],
    ],
    [
      {},
      [{ name: 'a' }],
      [{ name: 'a', namespace: 'b', word: 1 }],
      [{ name: 'a', namespace: 'b', other: 1 }],
    ],
  ],
];

const LOCKED = { registry: 'r.test', repository: 'a/b', tag: 'v1', digest: `sha256:${'0'.repeat(64)}` };
const FILES = new Map([
  ['CHANGELOG.md', '# Changelog\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All.\n'],
  ['templates/objects/own.yaml', OWN],
]);

/** The chart of some entries. */
function chartOf(values: readonly string[]) {
  const images = 'images: { image: { tag: v1, reason: pinned } }\n';
  const recipe = recipeOf(`${images}values:\n${values.map((one) => `  - { ${one} }\n`).join('')}`);
  const manifest = parseManifest(canonicalText(parseManifest(MANIFEST, 'm.yaml')), 'm.yaml');
  const lock = lockOf({ image: { ...LOCKED, platforms: [], source: 'registry' } });
  return generate({ root: '', recipe, files: FILES, builtins }, manifest, lock);
}

function pathOf(i: number): string {
  return ROWS[i]?.[0] === 'image' ? 'image' : `v${i}`;
}

const engines = await testEngines();
const built = await chartOf(ROWS.map(([, entry], i) => `path: ${pathOf(i)}, ${entry}`));
const judge = ajvFindings(JSON.parse(built.files.get('values.schema.json') ?? '{}') as JsonObject);
const directory = await mkdtemp(join(tmpdir(), 'derived-'));
await writeChart(directory, built.files);
afterAll(() => rm(directory, { recursive: true }));

/** The values of one turn of every row that has so many. */
function turnOf(turn: number, which: 2 | 3): JsonObject {
  return Object.fromEntries(
    ROWS.flatMap((row, i) => {
      const value = row[which][turn];
      // Helm drops what is null before it looks at the schema.
      return value === undefined || value === null ? [] : [[pathOf(i), value] as const];
    }),
  );
}

describe('a derived schema', () => {
  test.each(ROWS.map(([name], i) => [name, i] as const))(
    '%s: what it takes, and what it does not',
    (_, i) => {
      const [, , good = [], bad = []] = ROWS[i] ?? [];
      const found = (value: Json): unknown =>
        judge(mergeValues(built.model.defaults, { [pathOf(i)]: value }));
      expect(good.map(found)).toEqual(good.map(() => []));
      for (const value of bad) expect([value, found(value)]).not.toEqual([value, []]);
    },
  );

  test.each(engines)('helm $version takes what ajv takes', async (helm) => {
    for (const turn of [0, 1, 2, 3]) expect(await helmFindings(helm, directory, turnOf(turn, 2))).toEqual([]);
  });

  test.each(engines)('helm $version refuses what ajv refuses', async (helm) => {
    for (let turn = 0; Object.keys(turnOf(turn, 3)).length > 0; turn += 1) {
      const values = turnOf(turn, 3);
      const said = (await helmFindings(helm, directory, values)).map(({ at }) => at.split('.')[0]);
      const silent = Object.keys(values).filter((path) => !said.includes(path));
      // Of a property's name Helm 4 does not say where it stands.
      expect(silent.slice(said.filter((at) => at === SOMEWHERE).length)).toEqual([]);
    }
  });

  test('takes what upstream has, and says something of every value', () => {
    const { defaults, upstreamValues } = built.model;
    expect(judge(defaults)).toEqual([]);
    expect(judge(mergeValues(defaults, upstreamValues))).toEqual([]);
    const silent = [...built.schema.properties].filter(([, { description }]) => description === '');
    expect(silent).toEqual([]);
  });
});
