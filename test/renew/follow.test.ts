import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Bump } from '../../scripts/renew/plan.ts';
import { builtProject, bumpTo, changeFile, isBuilt, type Changes } from './project.ts';

let project = '';
beforeEach(async () => (project = await builtProject()));
afterEach(() => rm(project, { recursive: true }));

const text = (file: string): Promise<string> => readFile(join(project, file), 'utf8');

/** What has to be said, and the tree after it was. */
async function mended(changes: Changes, accepted: readonly ('rbac' | 'gone')[] = []): Promise<Bump> {
  const told = await bumpTo(project, changes);
  expect(told.state).toBe('drifted');
  const bump = await bumpTo(project, changes, { apply: true, accepted: new Set(accepted) });
  expect(bump.state).toBe('ready');
  expect(await isBuilt(project)).toBe(true);
  return told;
}

const SURE = { sure: expect.anything() as unknown, gone: [] };

test('what was left open, and upstream sets now, is as upstream has it', async () => {
  const told = await mended([
    ['      containers:\n', '      nodeSelector: { disk: ssd }\n      containers:\n'],
  ]);
  expect(told).toMatchObject({
    ...SURE,
    sure: [{ what: 'nodeSelector default', before: '{}', after: undefined }],
  });
  expect(await text('chart/values.yaml')).toMatch(/^nodeSelector:\n {2}disk: ssd$/m);
});

test('what may be empty, and upstream has no more, stays as a value', async () => {
  const told = await mended([['      tolerations:\n      - operator: Exists\n', '']]);
  expect(told).toMatchObject({
    ...SURE,
    sure: [
      { what: 'tolerations default', before: undefined, after: '[]' },
      { what: 'tolerations targets 0 create', before: undefined, after: 'true' },
    ],
  });
  expect(await text('chart/values.yaml')).toMatch(/^tolerations: \[\]$/m);
});

test('of a `for` the member that upstream sets now gets an entry of its own', async () => {
  await changeFile(join(project, 'recipe.yaml'), [
    [
      '  - path: config\n',
      `  - for: { livenessProbe: '', readinessProbe: '' } # probes
    path: $key
    place: drop
    form: yaml
    default: {}
    targets:
      - { select: *agent, fieldPaths: ['spec.template.spec.containers.[name=agent].$key'], create: true }
  - path: config
`,
    ],
  ]);
  await changeFile(join(project, 'values.schema.json'), [
    [
      '"nodeSelector"',
      '"livenessProbe": { "description": "l" }, "readinessProbe": { "description": "r" },\n    "nodeSelector"',
    ],
  ]);
  const told = await mended([
    [
      '        resources: {}\n',
      '        resources: {}\n        readinessProbe: { tcpSocket: { port: 80 } }\n',
    ],
  ]);
  expect(told).toMatchObject({ ...SURE, sure: [{ what: '$key for readinessProbe', after: undefined }] });
  expect(await text('chart/values.yaml')).toMatch(
    /^livenessProbe: \{\}[\s\S]*^readinessProbe:\n {2}tcpSocket:\n {4}port: 80$/m,
  );
  const recipe = await text('recipe.yaml');
  expect(recipe).toContain("  - for: { livenessProbe: '' } # probes\n");
  expect(recipe.indexOf('path: readinessProbe')).toBeLessThan(recipe.indexOf('- path: config'));
});

test('a value that upstream has no field for goes where that is accepted, and what the schema says of it', async () => {
  await changeFile(join(project, 'values.schema.json'), [
    [
      '"run": { "description": "Run-time state.", "$ref": "templates/schema/path.json" }',
      '"run": { "properties": { "hostPath": { "description": "h" }, "readOnly": { "description": "r" } } }',
    ],
  ]);
  // A mount that can be written is a right more.
  const told = await mended([['          readOnly: true\n', '']], ['gone', 'rbac']);
  expect(told).toMatchObject({
    drifted: [{ mend: undefined }],
    sure: [],
    gone: [{ what: 'paths.run.readOnly', after: undefined }],
  });
  expect(await text('recipe.yaml')).not.toContain('readOnly');
  expect(await text('values.schema.json')).toContain(
    '"run": { "properties": { "hostPath": { "description": "h" } } }',
  );
  expect(await text('CHANGELOG.md')).toMatch(/### Removed\n\n- The value paths\.run\.readOnly is gone\./);
});

test('of several fields those go that are gone, and the value stays', async () => {
  await changeFile(join(project, 'recipe.yaml'), [
    [
      '  - path: config\n',
      `  - path: label
    targets:
      - select: *agent
        fieldPaths: [metadata.name, spec.selector.matchLabels.name]
      # The same again.
      - select: *agent
        fieldPaths: [spec.template.metadata.labels.name]
  - path: config
`,
    ],
  ]);
  await changeFile(join(project, 'values.schema.json'), [
    ['"nodeSelector"', '"label": { "description": "l" },\n    "nodeSelector"'],
  ]);
  const told = await mended([['      name: agent\n', '      app: agent\n']], ['gone']);
  expect(told).toMatchObject({
    gone: [{ what: 'label targets 0 fieldPaths 1' }, { what: 'label targets 1' }],
  });
  expect(await text('recipe.yaml')).toContain(
    'fieldPaths: [metadata.name]\n      # The same again.\n  - path: config',
  );
});

test('fields of one value that have come apart are not gone: that is for a person', async () => {
  await changeFile(join(project, 'recipe.yaml'), [
    [
      '  - path: config\n',
      `  - path: label
    targets:
      - { select: *agent, fieldPaths: [metadata.name, spec.template.metadata.labels.name] }
  - path: config
`,
    ],
  ]);
  await changeFile(join(project, 'values.schema.json'), [
    ['"nodeSelector"', '"label": { "description": "l" },\n    "nodeSelector"'],
  ]);
  const apart: Changes = [['      labels:\n        name: agent\n', '      labels:\n        name: other\n']];
  const all = { apply: true, accepted: new Set(['gone'] as const) };
  expect(await bumpTo(project, apart, all)).toMatchObject({
    state: 'drifted',
    drifted: [{ error: { message: expect.stringContaining('its fields differ upstream') as string } }],
    sure: [],
    gone: [],
  });
  expect(await bumpTo(project, apart)).toMatchObject({ state: 'drifted', sure: [], gone: [] });
});

test('a value that goes is named no more: by presets, nor by what another value follows', async () => {
  const volume = '      volumes:\n      - name: run\n        hostPath:\n          path: /run\n';
  const told = await mended(
    [
      [volume, '      volumes: []\n'],
      [
        '        volumeMounts:\n        - name: run\n          mountPath: /run\n          readOnly: true\n',
        '',
      ],
    ],
    ['gone'],
  );
  expect(told).toMatchObject({
    gone: expect.arrayContaining([
      expect.objectContaining({ what: 'presets options other' }),
      expect.objectContaining({ what: 'config derive' }),
    ]) as unknown,
  });
  expect(await text('recipe.yaml')).not.toContain('paths.run');
  // A map goes with its last value, whatever is said of it.
  expect(await text('values.schema.json')).not.toContain('Where things are on the host.');
});
