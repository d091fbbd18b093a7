import { Ajv } from 'ajv';
import fc from 'fast-check';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ChartFiles } from '../../scripts/chart/assemble.ts';
import { ChartError, messageOf } from '../../scripts/errors.ts';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import { withTemporaryFolder } from '../../scripts/io/temporary.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { mergeValues } from '../../scripts/json/merge-values.ts';
import { getPath, isObject, setPath, withoutPath } from '../../scripts/json/tree.ts';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { COMPAT } from '../../scripts/manifest/write-yaml.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import { compareObjects, showDifference } from '../../scripts/oracle/compare.ts';
import { generate } from '../../scripts/built.ts';
import type { Recipe } from '../../scripts/recipe/types.ts';
import { lockOf } from '../chart/small-chart.ts';
import { builtins } from './builtins.ts';
import { draws, type COMBINATIONS, type Draw } from './language.ts';

const RELEASE = { name: 'r', namespace: 'ns' };

/** A draw's chart, and what the oracle says of it. */
interface Case {
  readonly name: string;
  readonly draw: Draw;
  readonly files: ChartFiles;
  /** Objects, or why the values are refused. */
  readonly expected: readonly JsonObject[] | ChartError;
}

/**
 * Checks the theorem on one engine for so many batches. A counter-example shrinks to one draw of
 * few entries, in a batch of its own; one that has not by then is told as far as it has.
 *
 * @param shrink milliseconds; each step costs starts of Helm
 */
export async function proveLanguage(
  helm: Helm,
  batches: number,
  {
    shrink = 300_000,
    seed: own,
    of,
  }: { readonly shrink?: number; readonly seed?: number; readonly of?: typeof COMBINATIONS } = {},
): Promise<void> {
  const batch = fc.array(draws(of), { minLength: 1, maxLength: 40, size: 'max' });
  const property = fc.asyncProperty(batch, async (cases) => {
    const wrong = await contradictions(cases, helm);
    if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join('\n'));
  });
  // Without a bias towards short batches.
  const options = { numRuns: batches, unbiased: true, ...(own !== undefined && { seed: own }) };
  const first = await fc.check(property, { ...options, endOnFailure: true });
  if (!first.failed) return;
  const { seed, counterexamplePath: path } = first;
  if (shrink > 0 && path !== null)
    await fc.assert(property, { ...options, seed, path, interruptAfterTimeLimit: shrink });
  throw new Error(`Property failed: ${fc.defaultReportMessage(first) ?? ''}`);
}

/**
 * What does not hold for a batch of draws: one run of each Helm for all that are accepted, as charts
 * of one parent, and one for each that must be refused.
 */
export async function contradictions(drawn: readonly Draw[], helm: Helm): Promise<readonly string[]> {
  const cases = await Promise.all(drawn.map((draw, i) => caseOf(draw, `c${i}`)));
  const accepted = cases.filter(({ expected }) => !(expected instanceof ChartError));
  // Each costs a start of Helm.
  const refused = cases.filter(({ expected }) => expected instanceof ChartError).slice(0, 3);
  const found = accepted.length > 0 ? [...(await unequal(accepted, helm))] : [];
  for (const one of refused) found.push(...(await notRefused(one, helm)));
  return found;
}

async function caseOf(draw: Draw, name: string): Promise<Case> {
  const recipe: Recipe = {
    upstream: { version: 'v1', url: 'https://upstream.test/x.yaml' },
    chart: { name, version: '1.0.0', appVersion: '1', description: 'A chart.', license: 'MIT' },
    images: draw.images,
    entries: draw.entries,
    ...(draw.presets && { presets: draw.presets }),
  };
  const upstream = manifestOf(draw.upstream);
  const files = new Map([
    ['CHANGELOG.md', '# Changelog\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All.\n'],
    ['templates/objects/own.yaml', textOf(draw.own)],
  ]);
  const built = await generate({ root: '', recipe, files, builtins }, upstream, lockOf(draw.locked));
  const values = acceptable(built, draw);
  return { name, draw: { ...draw, values }, files: built.files, expected: expectation(built, values) };
}

/** Of the drawn values those that the derived schema takes, which is what the theorem is about. */
function acceptable(
  { files, model }: Awaited<ReturnType<typeof generate>>,
  { values, entries }: Draw,
): JsonObject {
  const takes = new Ajv({ strict: false, logger: false }).compile(
    JSON.parse(files.get('values.schema.json') ?? '{}') as JsonObject,
  );
  const taken = (own: JsonObject): boolean => takes(mergeValues(model.defaults, own));
  for (const own of [{}, model.upstreamValues])
    if (!taken(own)) throw new Error(`The schema refuses ${JSON.stringify([own, takes.errors])}`);
  for (const { path } of entries) {
    const base = getPath(model.defaults, path) ?? null;
    const other = Array.isArray(base) ? { a: 1 } : isObject(base) ? 'a' : ['a'];
    if (base !== null && taken(setPath({}, path, other)))
      throw new Error(
        `The schema takes ${JSON.stringify(other)} for ${path}, which is ${JSON.stringify(base)}`,
      );
  }
  const refused = entries.filter(({ path }) => {
    const value = getPath(values, path);
    return value !== undefined && !taken(setPath({}, path, value));
  });
  return refused.reduce((at, { path }) => withoutPath(at, path), values);
}

function expectation(
  { project: { recipe }, manifest, model }: Awaited<ReturnType<typeof generate>>,
  values: JsonObject,
): Case['expected'] {
  try {
    return apply({ recipe, manifest, defaults: model.defaults }, values, RELEASE);
  } catch (error) {
    if (error instanceof ChartError && error.code === 'VALUES_REFUSED') return error;
    throw error;
  }
}

function manifestOf(objects: readonly JsonObject[]) {
  return parseManifest(canonicalText(parseManifest(textOf(objects), 'm.yaml')), 'm.yaml');
}

function textOf(objects: readonly JsonObject[]): string {
  return objects.map((object) => stringify(object, { compat: COMPAT })).join('---\n');
}

async function unequal(cases: readonly Case[], helm: Helm): Promise<readonly string[]> {
  const rendered = await render(cases, helm);
  if (typeof rendered === 'string') return [`helm ${helm.version} refuses: ${rendered}`];
  return cases.flatMap(({ name, expected }) =>
    compareObjects(rendered.get(name) ?? [], expected as readonly JsonObject[]).map(
      (difference) => `helm ${helm.version}, ${name}: ${showDifference(difference)}`,
    ),
  );
}

async function notRefused(one: Case, helm: Helm): Promise<readonly string[]> {
  const rendered = await render([one], helm);
  const reasons = one.expected instanceof ChartError ? one.expected.message.split('\n') : [];
  if (typeof rendered !== 'string')
    return [`helm ${helm.version} renders what must be refused: ${reasons.join()}`];
  return reasons.some((reason) => rendered.includes(reason))
    ? []
    : [`helm ${helm.version} refuses, but not because ${reasons.join()}: ${rendered}`];
}

/** The objects of each chart, or why Helm refuses. */
function render(
  cases: readonly Case[],
  helm: Helm,
): Promise<ReadonlyMap<string, readonly JsonObject[]> | string> {
  return withTemporaryFolder('language-', async (folder) => {
    await mkdir(join(folder, 'charts'), { recursive: true });
    await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: parent\nversion: 1.0.0\n');
    for (const { name, files } of cases) await writeChart(join(folder, 'charts', name), files);
    const values = Object.fromEntries(cases.map(({ name, draw }) => [name, draw.values]));
    let text: string;
    try {
      text = await helm.template(folder, RELEASE, values);
    } catch (error) {
      return messageOf(error);
    }
    const parts = text.split(/^---\n# Source: parent\/charts\/(c\d+)\/.*\n/m).slice(1);
    const byName = new Map<string, string[]>();
    for (let i = 0; i < parts.length; i += 2) {
      byName.set(parts[i] ?? '', [...(byName.get(parts[i] ?? '') ?? []), parts[i + 1] ?? '']);
    }
    return new Map(
      [...byName].map(([name, texts]) => [
        name,
        parseManifest(texts.join('\n---\n'), 'helm').resources.map(({ object }) => object),
      ]),
    );
  });
}
