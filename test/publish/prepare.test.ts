import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { type Built, build } from '../../scripts/built.ts';
import { prepare } from '../../scripts/pipeline.ts';
import { projectCopy } from '../helpers/project.ts';
import { listener } from '../helpers/silent.ts';
import { oracleRender, printed } from '../helpers/oracle-render.ts';

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
    install: () => Promise.resolve('{"chart":{}}'),
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
  return prepare(root, options, {}, listener(steps));
}

test('a chart that every Helm lints and renders as the oracle says is packed', async () => {
  const { artifact } = await prepared([helm(), helm()]);
  expect(artifact).toMatchObject({
    name: built.project.recipe.chart.name,
    version: built.project.recipe.chart.version,
  });
  expect(steps.at(-1)).toMatch(
    /^proved \d+ renders of the packed chart equal to the oracle on Helm 9\.9\.9 and Helm 9\.9\.9$/,
  );
});

test('what is linted and rendered are the very bytes that are published', async () => {
  const seen = new Set<string>();
  const looking = helm({
    lint: async (chart) => void seen.add(digestOf(await readFile(chart))),
    template: async (chart, release, values) => {
      seen.add(digestOf(await readFile(chart)));
      return helm().template(chart, release, values);
    },
  });
  const { artifact } = await prepared([looking]);
  expect([...seen]).toEqual([artifact.chart.descriptor.digest]);
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

test.each<[string, number, boolean]>([
  ['is refused', 1_100_000, true],
  ['is warned of', 890_000, false],
])('a release that is larger than Kubernetes takes, or nearly, %s', async (_, bytes, refused) => {
  // Hexadecimal digits become half in gzip, and a third more in base64.
  const digits = createHash('shake256', { outputLength: (bytes * 3) / 4 })
    .update('digits')
    .digest('hex');
  const data = Buffer.from('in the chart').toString('base64');
  const release = { manifest: digits, chart: { templates: [{ name: 'templates/x.yaml', data }] } };
  const sizing = helm({ major: 4, install: () => Promise.resolve(JSON.stringify(release)) });
  const preparing = prepared([sizing]);
  const words = /Helm keeps a release in a Secret; .*The most is of templates\/x\.yaml \(12 bytes\)\./s;
  if (refused) {
    await expect(preparing).rejects.toMatchObject({ code: 'CHART_FINDINGS' });
    await expect(preparing).rejects.toThrow(words);
  } else {
    await preparing;
    expect(steps.join('\n')).toMatch(words);
  }
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
