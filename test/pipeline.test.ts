import { describe, expect, test } from 'vitest';
import { ChartError } from '../scripts/errors.ts';
import type { Helm } from '../scripts/io/helm.ts';
import { generate } from '../scripts/built.ts';
import { check, lintAndProve, refuseFindings } from '../scripts/validate.ts';
import type { Finding } from '../scripts/check/finding.ts';
import { smallProject } from './chart/small-project.ts';
import { oracleRender, printed } from './helpers/oracle-render.ts';

const { project, lock, manifest } = await smallProject();
const built = await generate(project, manifest, lock);

/** A Helm of which a test says only what counts: it renders what the oracle says. */
function fakeHelm(version: string, own: Partial<Helm> = {}): Helm {
  return {
    version,
    major: Number(version[0]),
    path: '/nowhere/helm',
    exec: () => Promise.reject(new Error('not asked for')),
    lint: () => Promise.resolve(),
    install: () => Promise.resolve('{"chart":{}}'),
    template: async (_, release, values) =>
      printed(oracleRender({ ...built, recipe: project.recipe }, values, release)),
    ...own,
  };
}

describe('lintAndProve', () => {
  test('asks every Helm for the chart in its folder, in the default namespace', async () => {
    const calls: string[] = [];
    const engines = ['3.0.0', '4.0.0'].map((version) =>
      fakeHelm(version, {
        lint: async (chart) => void calls.push(`${version} lint ${chart}`),
        template: async (chart, release, values) => {
          calls.push(`${version} template ${chart} ${release.name} ${release.namespace}`);
          return fakeHelm(version).template(chart, release, values);
        },
      }),
    );
    const { renders } = await lintAndProve(built, '/the/chart', engines);
    expect(renders).toBe(4);
    expect(calls.toSorted()).toEqual([
      '3.0.0 lint /the/chart',
      '3.0.0 template /the/chart agent default',
      '3.0.0 template /the/chart agent default',
      '4.0.0 lint /the/chart',
      '4.0.0 template /the/chart agent default',
      '4.0.0 template /the/chart agent default',
    ]);
  });

  test('what lint finds ends it, whichever Helm finds it', async () => {
    const refusing = fakeHelm('4.0.0', {
      lint: () => Promise.reject(new ChartError('HELM_FAILED', 'helm 4.0.0 lint: icon is recommended')),
    });
    await expect(lintAndProve(built, '/the/chart', [fakeHelm('3.0.0'), refusing])).rejects.toMatchObject({
      code: 'HELM_FAILED',
      message: 'helm 4.0.0 lint: icon is recommended',
    });
  });

  test('what one Helm renders otherwise is a finding with its name', async () => {
    const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } };
    const wrong = fakeHelm('4.0.0', { template: () => Promise.resolve(printed([other])) });
    const { findings } = await lintAndProve(built, '/the/chart', [fakeHelm('3.0.0'), wrong]);
    const places = findings.filter(({ rule }) => rule === 'proof/oracle').map(({ place }) => place);
    expect(new Set(places)).toEqual(new Set(['helm 4.0.0, defaults', 'helm 4.0.0, ci/upstream-values.yaml']));
  });
});

describe('check', () => {
  test('a chart without gaps has no finding', () => {
    expect(check(built)).toEqual([]);
  });

  test('holds the overlay of the schema against the recipe, and templates against both', async () => {
    const entries = project.recipe.entries.filter(({ path }) => path !== 'tolerations');
    const without = await generate({ ...project, recipe: { ...project.recipe, entries } }, manifest, lock);
    const broken = {
      ...without,
      files: new Map([...without.files, ['templates/x.yaml', '{{ .Values.nobody }}']]),
    };
    expect(check(broken).map(({ rule, place }) => `${rule} ${place}`)).toEqual([
      'schema/unbound tolerations',
      'template/unknown-value templates/x.yaml:1',
    ]);
  });
});

describe('refuseFindings', () => {
  const finding: Finding = {
    rule: 'proof/oracle',
    severity: 'error',
    place: 'helm 3.0.0, defaults',
    message: 'Secret/a data: 1 ≠ 2',
    hint: 'Correct it.',
  };

  function thrown(findings: readonly Finding[]): ChartError | undefined {
    try {
      refuseFindings(findings);
      return undefined;
    } catch (error) {
      return error as ChartError;
    }
  }

  test('nothing but warnings pass', () => {
    expect(thrown([])).toBeUndefined();
    expect(thrown([{ ...finding, severity: 'warning' }])).toBeUndefined();
  });

  test('every error is told, with its rule and what to do, and the command fails', () => {
    const error = thrown([
      finding,
      { ...finding, severity: 'warning', rule: 'a/warning' },
      { ...finding, place: 'b', rule: 'b/other' },
    ]);
    expect([error?.code, error?.exitCode]).toEqual(['CHART_FINDINGS', 1]);
    expect(error?.message).toBe(
      [
        'helm 3.0.0, defaults: Secret/a data: 1 ≠ 2 [proof/oracle]',
        '    Correct it.',
        '  b: Secret/a data: 1 ≠ 2 [b/other]',
        '    Correct it.',
      ].join('\n'),
    );
  });
});
