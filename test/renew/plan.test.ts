import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mending } from '../../scripts/bump/drifts.ts';
import { readLock } from '../../scripts/fetch/snapshot.ts';
import type { Bump } from '../../scripts/renew/plan.ts';
import { diskState } from '../cli/setup.ts';
import { builtProject, bumpTo, changeFile, isBuilt, type Changes } from './project.ts';

let project = '';
beforeEach(async () => (project = await builtProject()));
afterEach(() => rm(project, { recursive: true }));

const NONE: Changes = [];
const text = (file: string): Promise<string> => readFile(join(project, file), 'utf8');

/** The project's files, without what the test itself puts there. */
async function state(): Promise<ReadonlyMap<string, string>> {
  const all = await diskState(project);
  return new Map([...all].filter(([path]) => path !== 'next.yaml' && !path.startsWith('.cache')));
}

function told(bump: Bump): unknown {
  const mends = (list: readonly Mending[]) =>
    list.map(({ place, what, before, after }) => `${place} ${what}: ${before} → ${after ?? 'nothing'}`);
  if (bump.state === 'drifted')
    return {
      drifts: bump.drifted.map(({ error, mend }) => [error.message, ...(mend ? mends([mend]) : [])]),
      sure: mends(bump.sure),
    };
  if (bump.state === 'ready')
    return {
      version: bump.next.version,
      why: bump.next.reasons.map((one) => one.text),
      made: mends(bump.made),
    };
  return bump.state;
}

/** What a bump says where nothing may be changed by it. */
async function refused(changes: Changes, how: Parameters<typeof bumpTo>[2] = {}): Promise<unknown> {
  const before = await state();
  const bump = await bumpTo(project, changes, how);
  expect(bump.state).not.toBe('ready');
  expect(await state()).toEqual(before);
  return told(bump);
}

/** What a bump says that leaves a tree which is built. */
async function bumped(changes: Changes, how: Parameters<typeof bumpTo>[2] = {}): Promise<unknown> {
  const bump = await bumpTo(project, changes, how);
  expect(told(bump)).toMatchObject({ version: expect.any(String) as string });
  expect(await isBuilt(project)).toBe(true);
  return told(bump);
}

describe('what fits', () => {
  test('the same again: recipe, changelog, lock and chart say the new version, comments stay', async () => {
    expect(await bumped(NONE)).toEqual({ version: '0.2.0', why: [], made: [] });
    const recipe = await text('recipe.yaml');
    expect(recipe).toContain('# A small chart of everything');
    expect(recipe).toMatch(/^ {2}version: v2$[\s\S]*^ {2}version: 0\.2\.0$/m);
    expect(await text('CHANGELOG.md')).toContain(
      '## [0.2.0] - 2026-03-04\n\n### Added\n\n- Not released yet.\n\n### Changed\n\n- Upstream is v2 in place of v1.\n',
    );
    expect(await readLock(project)).toMatchObject({ version: 'v2', created: '2026-03-04T05:06:07Z' });
    expect(await text('chart/Chart.yaml')).toContain('version: 0.2.0');
    // And again there is nothing to do.
    const before = await state();
    expect(await bumpTo(project, NONE)).toEqual({ state: 'current', version: 'v2' });
    expect(await state()).toEqual(before);
  });

  test('an element more, a document more: built, and what init would lift is proposed', async () => {
    const bump = await bumpTo(project, [
      [
        '      volumes:\n',
        '      - name: metrics\n        image: registry.test/agents/metrics:v3\n      volumes:\n',
      ],
      [
        'metadata:\n  name: agent-config\n',
        'metadata:\n  name: more\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: agent-config\n',
      ],
    ]);
    expect(told(bump)).toEqual({
      version: '0.2.0',
      why: ['ConfigMap more is new', 'DaemonSet agent has new fields'],
      made: [],
    });
    expect(await isBuilt(project)).toBe(true);
    const { proposed } = bump as Extract<Bump, { state: 'ready' }>;
    expect(proposed.flatMap(({ fields }) => fields)).toContain(
      'DaemonSet/agent spec.template.spec.containers.[name=metrics].image',
    );
    expect(proposed.flatMap(({ fields }) => fields).join()).not.toContain('[name=agent]');
  });

  test('a selector that is another is major, in words; so is a CRD that wants more', async () => {
    await changeFile(join(project, 'recipe.yaml'), [['version: 0.2.0-rc.1', 'version: 1.0.0']]);
    await changeFile(join(project, 'CHANGELOG.md'), [['0.2.0-rc.1', '1.0.0']]);
    const selector = [
      ['    matchLabels:\n      name: agent', '    matchLabels:\n      name: other'],
    ] as const;
    expect(await bumped(selector)).toMatchObject({
      version: '2.0.0',
      why: ['DaemonSet agent cannot be changed in place'],
    });
    const required = [
      [
        '        description: A network of the agent.\n        type: object',
        '        description: A network of the agent.\n        type: object\n        required: [spec]',
      ],
    ] as const;
    expect(await bumped([...selector, ...required], { version: 'v3' })).toMatchObject({
      version: '3.0.0',
      why: expect.arrayContaining([expect.stringMatching(/refuses what was valid/)]) as unknown,
    });
  });
});

describe('what does not fit', () => {
  const RENAMED = [['      - name: agent\n', '      - name: runner\n']] as const;

  test('a container under another name: each selector with its line; --apply follows it', async () => {
    await changeFile(join(project, 'recipe.yaml'), [
      ['  - path: resources\n', '  # Kept.\n  - path: resources\n'],
    ]);
    expect(await refused(RENAMED)).toEqual({
      drifts: [
        [
          expect.stringMatching(
            /^Entry image \(recipe\.yaml:30\): .*\[name=agent\].* matches nothing in DaemonSet\/agent: .*\(upstream\/manifest\.yaml:\d+\) has no \[name=agent\]; the nearest is \[name=runner\]$/,
          ),
          expect.stringMatching(/^recipe\.yaml:34 image .*\[name=agent\].image → .*\[name=runner\].image$/),
        ],
        [expect.stringContaining('Entry resources'), expect.stringContaining('[name=runner].resources')],
        [
          expect.stringContaining('Entry paths.run.readOnly'),
          expect.stringContaining('[name=runner].volumeMounts'),
        ],
      ],
      sure: [
        expect.stringMatching(/^recipe\.yaml:\d+ image targets 0 fieldPaths 0: /),
        expect.stringMatching(/^recipe\.yaml:\d+ resources /),
        expect.stringMatching(/^recipe\.yaml:\d+ paths.run.readOnly /),
      ],
    });
    expect(await bumped(RENAMED, { apply: true })).toMatchObject({
      made: [expect.anything(), expect.anything(), expect.anything()],
    });
    const recipe = await text('recipe.yaml');
    expect(recipe).toContain("['spec.template.spec.containers.[name=runner].image']");
    expect(recipe).toContain('  # Kept.\n  - path: resources\n');
    expect(recipe).not.toContain('[name=agent]');
  });

  test('an object under another name: its anchor is written once, whatever names it', async () => {
    const renamed = [
      ['kind: DaemonSet\nmetadata:\n  name: agent\n', 'kind: DaemonSet\nmetadata:\n  name: runner\n'],
    ] as const;
    expect(await refused(renamed)).toMatchObject({
      sure: expect.arrayContaining([
        expect.stringMatching(/^recipe\.yaml:33 image targets 0 select name: agent → runner$/),
      ]) as unknown,
    });
    await bumped(renamed, { apply: true });
    expect(await text('recipe.yaml')).toContain('select: &agent { kind: DaemonSet, name: runner }');
  });

  test('what is too small to be recognised is not sure; the edit that mends it is tried and told', async () => {
    expect(await refused([['  name: agent-config\n', '  name: settings\n']], { apply: true })).toEqual({
      drifts: [
        [
          expect.stringMatching(/^Entry config .*"name":"agent-config"/),
          expect.stringMatching(/^recipe\.yaml:\d+ config targets 0 select name: agent-config → settings$/),
        ],
      ],
      sure: [],
    });
  });

  test('an element that another entry means is not told in place of one that is gone', async () => {
    const more = [
      [
        '      volumes:\n',
        '      volumes:\n      - name: other\n        hostPath:\n          path: /other\n',
      ],
    ] as const;
    await bumped(more, { accepted: new Set(['rbac'] as const) });
    const names =
      "names:\n  other: { kind: DaemonSet, at: 'spec.template.spec.volumes.[name=other].hostPath' }\n";
    const path = '  - path: other\n    select: other\n    fieldPaths: [path]\n';
    const type = `  - path: type
    place: drop
    default: ''
    select: other
    fieldPaths: [type]
    create: true
`;
    await changeFile(join(project, 'recipe.yaml'), [
      ['\nvalues:', `\n${names}\nvalues:`],
      ['\nadditions:', `${path}${type}\nadditions:`],
    ]);
    const gone: unknown = expect.stringMatching(/has no \[name=other\]; the nearest is \[name=run\]$/);
    expect(await refused(NONE, { version: 'v3' })).toMatchObject({ drifts: [[gone], [gone]] });
  });

  test('a workload of another kind is told, not an object that has its name only', async () => {
    const other = [
      [
        'apiVersion: apps/v1\nkind: DaemonSet\n',
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: agent\n---\napiVersion: apps/v1\nkind: Deployment\n',
      ],
    ] as const;
    const edit: unknown = expect.stringMatching(/image targets 0 select kind: DaemonSet → Deployment$/);
    expect(await refused(other)).toMatchObject({
      drifts: expect.arrayContaining([[expect.stringContaining('Entry image'), edit]]) as unknown,
    });
  });

  test('the edit of a person, for the newer upstream alone: what git has is the older', async () => {
    const next: Changes = [['  name: agent-config\n', '  name: settings\n']];
    const own = await text('recipe.yaml');
    const committed = (): Promise<string> => Promise.resolve(own);
    await changeFile(join(project, 'recipe.yaml'), [['name: agent-config', 'name: settings']]);
    await expect(bumpTo(project, next)).rejects.toMatchObject({ code: 'RECIPE_SELECTOR' });
    await expect(bumpTo(project, next, { committed, version: 'v1' })).rejects.toMatchObject({
      code: 'RECIPE_SELECTOR',
    });
    expect(await bumped(next, { committed })).toMatchObject({
      why: expect.arrayContaining(['ConfigMap agent-config is ConfigMap settings now']) as unknown,
    });
    expect(await text('recipe.yaml')).toMatch(/^ {2}version: v2$[^]*name: settings/m);
  });

  test('what is gone is no rename, and not sure: nothing is applied', async () => {
    const volume = [
      [
        '        volumeMounts:\n        - name: run\n          mountPath: /run\n          readOnly: true\n',
        '',
      ],
      ['      volumes:\n      - name: run\n        hostPath:\n          path: /run\n', '      volumes: []\n'],
    ] as const;
    expect(await refused(volume, { apply: true })).toEqual({
      drifts: [
        [expect.stringContaining('Entry paths.run.hostPath')],
        [expect.stringContaining('Entry paths.run.readOnly')],
      ],
      sure: [],
    });
    const document = [
      [
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: agent-config\ndata:\n  config.json: |\n    {\n      "level": "info",\n      "retries": 3\n    }\n---\n',
        '',
      ],
    ] as const;
    expect(await refused(document, { apply: true })).toMatchObject({
      drifts: [[expect.stringMatching(/^Entry config .* matches nothing in/)]],
      sure: [],
    });
  });

  test('a departure that upstream caught up with is taken out, with its reason', async () => {
    const same = [['resources: {}', 'resources: { limits: { memory: 64Mi } }']] as const;
    expect(await refused(same)).toEqual({
      drifts: [
        [
          expect.stringMatching(
            /^Entry resources .* a reason is given, but its default is what upstream has$/,
          ),
        ],
      ],
      sure: [
        expect.stringMatching(/^recipe\.yaml:\d+ resources default: /),
        expect.stringMatching(/^recipe\.yaml:\d+ resources reason: upstream sets no limit → nothing$/),
      ],
    });
    expect(await bumped(same, { apply: true })).toMatchObject({ version: '0.2.0' });
    expect(await text('recipe.yaml')).not.toContain('upstream sets no limit');
    expect(await text('CHANGELOG.md')).toContain(
      '- `resources` is as upstream has it: upstream has caught up.',
    );
  });
});

test('more rights are taken only where they are accepted', async () => {
  const role: Changes = [
    [
      '---\napiVersion: apps/v1\n',
      "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: agent\nrules:\n- apiGroups: ['']\n  resources: [secrets]\n  verbs: [get]\n---\napiVersion: apps/v1\n",
    ],
  ];
  expect(await refused(role)).toBe('rights');
  expect(await bumped(role, { accepted: new Set(['rbac'] as const) })).toMatchObject({
    why: expect.arrayContaining([expect.stringMatching(/ClusterRole agent gives more rights/)]) as unknown,
  });
});

test('a file that is in the way puts all back', async () => {
  await rm(join(project, 'CHANGELOG.md'));
  await mkdir(join(project, 'CHANGELOG.md'));
  await expect(bumpTo(project, NONE)).rejects.toMatchObject({ code: 'FILE_MISSING' });
  expect(await text('recipe.yaml')).toContain('version: v1\n');
});
