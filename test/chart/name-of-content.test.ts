import { expect, test } from 'vitest';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { generate } from '../../scripts/built.ts';
import { prove } from '../../scripts/check/prove.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { builtins } from '../helpers/builtins.ts';
import { oracleRender, printed } from '../helpers/oracle-render.ts';
import { lockOf, recipeOf, refusal, templateOf } from './small-chart.ts';

const JOB = `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
spec:
  template:
    spec:
      containers:
        - name: a
          image: q.io/x/y:1
`;
const IMAGE = `
  - { path: image, form: image, select: { kind: Job }, fieldPaths: [spec.template.spec.containers.0.image] }`;
const RENEW = `
  - { path: renewJobs, form: checksum, of: [image], default: true, reason: a Job cannot be changed,
      select: { kind: Job }, fieldPaths: [metadata.name] }`;
const RECIPE = `images: { image: { tag: '1', reason: x } }\nvalues:${IMAGE}${RENEW}\n`;
const DIGEST = `sha256:${'1'.repeat(64)}`;
const LOCK = lockOf({
  image: { registry: 'q.io', repository: 'x/y', tag: '1', digest: DIGEST, platforms: [], source: 'registry' },
});

async function built(job: string, recipe = RECIPE) {
  const files = new Map([
    ['values.schema.json', '{"type": "object"}'],
    ['CHANGELOG.md', '# Changelog\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All.\n'],
  ]);
  const project = { root: '', recipe: recipeOf(recipe), files, builtins };
  return generate(project, parseManifest(job, 'm.yaml'), LOCK);
}

async function nameWith(values: JsonObject, job = JOB): Promise<unknown> {
  const { project, manifest, model } = await built(job);
  const chart = { recipe: project.recipe, manifest, defaults: model.defaults };
  const [object] = apply(chart, values, { name: 'r', namespace: 'n' });
  return (object?.['metadata'] as JsonObject | undefined)?.['name'];
}

test('the name changes with the image and with what upstream has, and with nothing else', async () => {
  const usual = await nameWith({});
  expect(usual).toMatch(/^migrate-[0-9a-f]{8}$/);
  expect(await nameWith({ other: 1 })).toBe(usual);
  expect(await nameWith({ image: { tag: '2', digest: '' } })).not.toBe(usual);
  expect(await nameWith({}, JOB.replace('name: a', 'name: b'))).not.toBe(usual);
  expect(await nameWith({ renewJobs: false })).toBe('migrate');
});

test('a long name makes room: as a label of the pods it has 63 characters at most', async () => {
  const long = JOB.replace('migrate', `${'m'.repeat(53)}-${'x'.repeat(9)}`);
  expect(await nameWith({}, long)).toMatch(/^m{53}-[0-9a-f]{8}$/);
});

test('the other name is the departure that is declared', async () => {
  const one = await built(JOB);
  const input = { recipe: one.project.recipe, manifest: one.manifest, model: one.model, files: one.files };
  const render = async (values: JsonObject) =>
    printed(oracleRender(input, values, { name: 'c', namespace: 'default' }));
  const { findings } = await prove(input, [{ name: 'helm 0.0.0', render }]);
  expect(findings).toEqual([]);
});

test('what else differs in it is found under the name of upstream', async () => {
  const one = await built(JOB);
  const input = { recipe: one.project.recipe, manifest: one.manifest, model: one.model, files: one.files };
  const render = async (values: JsonObject) =>
    printed(
      oracleRender(input, values, { name: 'c', namespace: 'default' }).map((object) => ({ ...object, x: 1 })),
    );
  const { findings } = await prove(input, [{ name: 'helm 0.0.0', render }]);
  expect(findings.map(({ rule, message }) => `${rule} ${message}`)).toContain(
    'proof/undeclared Job/migrate x: 1 ≠ (nothing)',
  );
});

test('what it follows must feed a field', () => {
  expect(refusal(() => templateOf(JOB, RECIPE.replace('of: [image]', 'of: [imago]'), LOCK))).toBe(
    'RECIPE_INVALID A checksum is of imago, which feeds no field; the nearest is image',
  );
});
