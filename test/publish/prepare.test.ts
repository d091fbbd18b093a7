import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { Output } from '../../scripts/io/output.ts';
import { build, type Built } from '../../scripts/pipeline.ts';
import { prepare } from '../../scripts/publish/prepare.ts';
import { projectCopy } from '../helpers/project.ts';
import { oracleRender, printed } from '../validate/oracle-render.ts';

const engines: Helm[] = [];
vi.mock('../../scripts/io/helm-engines.ts', () => ({ helmEngines: async () => engines }));

let root = '';
let built: Built;
const steps: string[] = [];

beforeAll(async () => {
  root = await projectCopy();
  built = await build(root);
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  steps.length = 0;
});

/** A Helm that renders what the oracle says, but for what a test says otherwise. */
function helm(own: Partial<Helm> = {}): Helm {
  return {
    version: '9.9.9',
    major: 9,
    path: '/nowhere/helm',
    exec: () => Promise.reject(new Error('not asked for')),
    lint: () => Promise.resolve(),
    template: async (_, release, values) =>
      printed(oracleRender({ ...built, recipe: built.project.recipe }, values, release)),
    ...own,
  };
}

function prepared(
  own: readonly Helm[],
  options: Parameters<typeof prepare>[1] = {},
): ReturnType<typeof prepare> {
  engines.splice(0, Infinity, ...own);
  const out = { step: (label: string, detail: string) => steps.push(`${label} ${detail}`) };
  return prepare(root, options, {}, out as unknown as Output);
}

test('a chart that every Helm lints and renders as the oracle says is packed', async () => {
  const { artifact } = await prepared([helm(), helm()]);
  expect(artifact).toMatchObject({
    name: built.project.recipe.chart.name,
    version: built.project.recipe.chart.version,
  });
  expect(steps.at(-1)).toMatch(/^proved \d+ renders equal to the oracle on Helm 9\.9\.9 and Helm 9\.9\.9$/);
});

test.each([
  ['a release', {}],
  ['a dry run', { dryRun: true }],
])('a chart that one Helm renders otherwise is refused by %s', async (_, options) => {
  const lost = helm({
    template: async (_chart, release, values) =>
      printed(oracleRender({ ...built, recipe: built.project.recipe }, values, release).slice(1)),
  });
  const refused = prepared([helm(), lost], options);
  await expect(refused).rejects.toMatchObject({ code: 'CHART_FINDINGS' });
  await expect(refused).rejects.toThrow('[proof/oracle]');
});

test('a chart that lint does not like is refused', async () => {
  const refused = prepared([
    helm({ lint: () => Promise.reject(new ChartError('HELM_FAILED', 'lint: no icon')) }),
  ]);
  await expect(refused).rejects.toMatchObject({ code: 'HELM_FAILED', message: 'lint: no icon' });
});

test('a chart that a check finds fault with is refused before Helm sees it', async () => {
  const file = join(root, 'templates', 'NOTES.txt.hbs');
  const text = await readFile(file, 'utf8');
  await writeFile(file, `${text}[[ .Values.nobody ]]\n`);
  try {
    const refused = prepared([helm({ lint: () => Promise.reject(new Error('seen')) })]);
    await expect(refused).rejects.toMatchObject({ code: 'CHART_FINDINGS' });
    await expect(refused).rejects.toThrow('[template/unknown-value]');
  } finally {
    await writeFile(file, text);
  }
});
