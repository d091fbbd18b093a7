import { describe, expect, test } from 'vitest';
import { UPSTREAM_VALUES, type ChartFiles } from '../../scripts/chart/assemble.ts';
import { ChartError } from '../../scripts/errors.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { generate } from '../../scripts/built.ts';
import type { Entry } from '../../scripts/recipe/entry.ts';
import { prove, type ProofInput, type Renderer } from '../../scripts/check/prove.ts';
import { smallProject } from '../chart/small-project.ts';
import { oracleRender, printed } from '../helpers/oracle-render.ts';

const { project, lock, manifest } = await smallProject();

/** Rendered objects as they may have come out of a broken template. */
type Break = (objects: readonly JsonObject[], values: JsonObject) => readonly JsonObject[];

const { entries: all } = project.recipe;

/** What to prove of the small chart, with other entries of the recipe and further files. */
async function inputOf(
  entries: readonly Entry[] = all,
  files: Readonly<Record<string, string>> = {},
): Promise<ProofInput> {
  const recipe = { ...project.recipe, entries };
  const built = await generate({ ...project, recipe }, manifest, lock);
  const chart: ChartFiles = new Map([...built.files, ...Object.entries(files)]);
  return { recipe, manifest: built.manifest, model: built.model, files: chart };
}

/** A Helm whose templates do what the oracle says, but for what is broken. */
function renderer(input: ProofInput, broken: Break = (objects) => objects): Renderer {
  return {
    name: 'helm 0.0.0',
    render: async (values, release) => printed(broken(oracleRender(input, values, release), values)),
  };
}

/** Rule, place and message of every finding. */
async function found(input: ProofInput, broken?: Break): Promise<readonly string[]> {
  const { findings } = await prove(input, [renderer(input, broken)]);
  return findings.map(({ rule, place, message }) => `${rule} | ${place} | ${message}`);
}

/** Every object with another label. */
function relabelled(objects: readonly JsonObject[]): readonly JsonObject[] {
  return objects.map((object) => ({
    ...object,
    metadata: { ...(object['metadata'] as JsonObject), x: 'y' },
  }));
}

const isDefaults = (values: JsonObject): boolean => Object.keys(values).length === 0;

/** A CustomResourceDefinition that is there or not. */
const SWITCH: Entry = {
  path: 'crds.install',
  place: 'document',
  form: 'value',
  default: false,
  reason: 'somebody else installs it',
  targets: [{ select: { kind: 'CustomResourceDefinition' } }],
};

/** An object that moves to another namespace, and so is another object. */
const MOVE: Entry = {
  path: 'namespace',
  place: 'drop',
  form: 'yaml',
  default: 'elsewhere',
  reason: 'nobody may see it',
  targets: [{ select: { kind: 'ConfigMap' }, fieldPaths: ['metadata.namespace'], create: true }],
};

describe('what holds', () => {
  test('the small chart is proved at its two points', async () => {
    const input = await inputOf();
    expect(await prove(input, [renderer(input)])).toEqual({ renders: 2, findings: [] });
  });

  test('every values file in ci/ is a point, on every Helm', async () => {
    const input = await inputOf(all, {
      'ci/other-values.yaml': 'tolerations: []\n',
      'ci/empty-values.yaml': '# nothing\n',
      'ci/readme.txt': 'no point',
      'templates/other-values.yaml': 'no: point',
    });
    const rendered: JsonObject[] = [];
    const helm = renderer(input, (objects, values) => {
      rendered.push(values);
      return objects;
    });
    expect(await prove(input, [helm, helm])).toEqual({ renders: 8, findings: [] });
    expect(rendered).toHaveLength(8);
    expect(rendered.filter((values) => 'tolerations' in values)).toEqual([
      { tolerations: [] },
      { tolerations: [] },
    ]);
  });

  test.each([
    ['is not there', SWITCH],
    ['is in another namespace', MOVE],
  ])('a document that by a departure %s', async (_, entry) => {
    expect(await found(await inputOf([...all, entry]))).toEqual([]);
  });
});

describe('proof/render', () => {
  const REFUSED = 'Helm refuses the chart with these values.';

  test('Helm refuses the values: its words, and at which point', async () => {
    const input = await inputOf();
    const helm: Renderer = {
      name: 'helm 0.0.0',
      render: (values, release) =>
        isDefaults(values)
          ? Promise.reject(new ChartError('HELM_FAILED', 'no such field'))
          : renderer(input).render(values, release),
    };
    expect(await prove(input, [helm])).toEqual({
      renders: 2,
      findings: [
        {
          rule: 'proof/render',
          severity: 'error',
          place: 'helm 0.0.0, defaults',
          message: 'no such field',
          hint: REFUSED,
        },
      ],
    });
  });

  test('Helm renders what is no manifest', async () => {
    const { findings } = await prove(await inputOf(), [{ name: 'helm 0.0.0', render: async () => 'a: [' }]);
    expect(findings.map(({ rule }) => rule)).toEqual(['proof/render', 'proof/render']);
  });
});

describe('proof/oracle', () => {
  test('the template makes something else of values of the user', async () => {
    const input = await inputOf(all, {
      'ci/other-values.yaml': 'paths: { run: { readOnly: false } }\n',
    });
    const lost = (values: JsonObject): boolean => 'paths' in values;
    expect(await found(input, (objects, values) => (lost(values) ? objects.slice(1) : objects))).toEqual([
      expect.stringMatching(
        /^proof\/oracle \| helm 0\.0\.0, ci\/other-values\.yaml \| ConfigMap\/agent-config : \(nothing\) ≠ \{/,
      ),
    ]);
  });

  test('every difference is named', async () => {
    const input = await inputOf(all, { 'ci/other-values.yaml': 'tolerations: []\n' });
    const broken: Break = (objects, values) => ('tolerations' in values ? relabelled(objects) : objects);
    expect(await found(input, broken)).toEqual(
      ['ConfigMap/agent-config', 'DaemonSet/agent', 'CustomResourceDefinition/nets.agent.test'].map(
        (object) => `proof/oracle | helm 0.0.0, ci/other-values.yaml | ${object} metadata.x: "y" ≠ (nothing)`,
      ),
    );
  });
});

describe('proof/upstream', () => {
  test('what an addition adds is still there with the upstream values', async () => {
    const text = (await inputOf()).files.get(UPSTREAM_VALUES) ?? '';
    const input = await inputOf(all, {
      [UPSTREAM_VALUES]: text.replace('checksum: false', 'checksum: true'),
    });
    expect(await found(input)).toEqual([
      expect.stringMatching(
        /^proof\/upstream \| helm 0\.0\.0, ci\/upstream-values\.yaml \| DaemonSet\/agent spec\.template\.metadata\.annotations: \{"checksum\/config":"[0-9a-f]{64}"\} ≠ \(nothing\)$/,
      ),
    ]);
  });

  test('other values need not give upstream back', async () => {
    const input = await inputOf(all, { 'ci/my-upstream-values.yaml': 'tolerations: []\n' });
    expect(await found(input)).toEqual([]);
  });

  test('objects of the project itself are not upstream', async () => {
    const input = await inputOf();
    const [first, ...others] = input.manifest.resources;
    if (first === undefined) throw new Error('no resource');
    const owned = {
      ...input,
      manifest: { ...input.manifest, resources: [{ ...first, added: true as const }, ...others] },
    };
    const rules = (await prove(owned, [renderer(owned)])).findings.map(
      ({ rule, place }) => `${rule} ${place}`,
    );
    expect(rules).toContain('proof/upstream helm 0.0.0, ci/upstream-values.yaml');
  });
});

describe('proof/undeclared', () => {
  test('the defaults change a field, and no departure says so', async () => {
    const input = await inputOf();
    const departures = input.model.departures.filter(({ value }) => value !== 'checksum');
    expect(await found({ ...input, model: { ...input.model, departures } })).toEqual([
      expect.stringMatching(
        /^proof\/undeclared \| helm 0\.0\.0, defaults \| DaemonSet\/agent spec\.template\.metadata\.annotations: \{"checksum\/config":"[0-9a-f]{64}"\} ≠ \(nothing\)$/,
      ),
    ]);
  });

  test('the defaults drop a document, and no departure says so', async () => {
    const input = await inputOf([...all, SWITCH]);
    const departures = input.model.departures.filter(({ value }) => value !== SWITCH.path);
    expect(await found({ ...input, model: { ...input.model, departures } })).toEqual([
      expect.stringMatching(
        /^proof\/undeclared \| helm 0\.0\.0, defaults \| CustomResourceDefinition\/nets\.agent\.test : \(nothing\) ≠ /,
      ),
    ]);
  });

  test.each([
    ['of another object', { kind: 'ConfigMap', name: 'agent' }, ['metadata', 'x']],
    ['of another field', { kind: 'DaemonSet', name: 'agent' }, ['metadata', 'labels']],
    ['of the whole document', { kind: 'DaemonSet', name: 'agent' }, []],
  ])('a departure %s is no reason', async (_, resource, field) => {
    const input = await inputOf();
    const declared = { value: 'tolerations', upstream: 1, chart: 2, reason: 'it must' };
    const model = {
      ...input.model,
      departures: [...input.model.departures, declared],
      lifts: [...input.model.lifts, { value: 'tolerations', as: 'value', resource, field }],
    };
    const broken: Break = (objects, values) => (isDefaults(values) ? relabelled(objects) : objects);
    expect(await found({ ...input, model }, broken)).toContain(
      'proof/undeclared | helm 0.0.0, defaults | DaemonSet/agent metadata.x: "y" ≠ (nothing)',
    );
  });
});

describe('proof/idle-departure', () => {
  test('a departure is declared, and nothing differs', async () => {
    const input = await inputOf();
    const idle = { value: 'tolerations', upstream: 1, chart: 2, reason: 'it must' };
    const model = { ...input.model, departures: [...input.model.departures, idle] };
    expect(await found({ ...input, model })).toEqual([
      'proof/idle-departure | helm 0.0.0, defaults | tolerations declares a departure, but nothing differs from upstream',
    ]);
  });

  test('a template that ignores a default leaves its departure idle', async () => {
    const input = await inputOf();
    const upstream = input.manifest.resources.map(({ object }) => object);
    expect(await found(input, (objects, values) => (isDefaults(values) ? upstream : objects))).toEqual(
      expect.arrayContaining(
        ['image', 'chartLabels', 'checksum'].map(
          (value) =>
            `proof/idle-departure | helm 0.0.0, defaults | ${value} declares a departure, but nothing differs from upstream`,
        ),
      ),
    );
  });
});
