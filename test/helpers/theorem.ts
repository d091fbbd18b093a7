import fc from 'fast-check';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChartFiles } from '../../scripts/chart/assemble.ts';
import { ChartError, messageOf } from '../../scripts/errors.ts';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import type { Built } from '../../scripts/built.ts';
import { isObject } from '../../scripts/json/tree.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import type { Chart, Release } from '../../scripts/oracle/context.ts';
import { compareObjects, showDifference } from '../../scripts/oracle/compare.ts';
import { valuesArbitrary } from './schema-arbitrary.ts';

/** A chart about which the theorem speaks: helm template (chart, v) ≡ apply (R, U, v). */
export interface Subject extends Chart {
  readonly files: ChartFiles;
  /** Where the chart is on disk. */
  readonly directory: string;
}

/** Writes a chart to a folder of its own. */
export async function subjectOf({ project, manifest, model, files }: Built): Promise<Subject> {
  const directory = join(await mkdtemp(join(tmpdir(), 'chart-')), project.recipe.chart.name);
  await writeChart(directory, files);
  return { recipe: project.recipe, manifest, defaults: model.defaults, files, directory };
}

/** The bundled schema of a subject's chart. */
export function schemaOf({ files }: Pick<Subject, 'files'>): JsonObject {
  return JSON.parse(files.get('values.schema.json') ?? '{}') as JsonObject;
}

/** The right side: the objects, or the error with which the chart refuses the values. */
export function expectation(
  subject: Subject,
  values: JsonObject,
  release: Release,
): readonly JsonObject[] | ChartError {
  try {
    return apply(subject, values, release);
  } catch (error) {
    if (error instanceof ChartError && error.code === 'VALUES_REFUSED') return error;
    throw error;
  }
}

/** The left side, parsed. */
export async function render(
  subject: Subject,
  helm: Helm,
  values: JsonObject,
  release: Release,
): Promise<readonly JsonObject[]> {
  const text = await helm.template(subject.directory, release, values);
  return parseManifest(text, `helm ${helm.version}`).resources.map(({ object }) => object);
}

/** Says what does not hold for these values; empty when the theorem does. */
export async function contradictions(
  subject: Subject,
  helm: Helm,
  values: JsonObject,
  release: Release,
): Promise<readonly string[]> {
  const expected = expectation(subject, values, release);
  try {
    const rendered = await render(subject, helm, values, release);
    if (expected instanceof ChartError) return [`Helm renders what must be refused: ${expected.message}`];
    return compareObjects(rendered, expected).map(showDifference);
  } catch (error) {
    const reason = withoutNumbers(messageOf(error));
    if (!(expected instanceof ChartError)) return [`Helm refuses: ${reason}`];
    return expected.message.split('\n').some((line) => reason.includes(withoutNumbers(line)))
      ? []
      : [`Helm refuses, but not because ${expected.message}: ${reason}`];
  }
}

/** Go and JavaScript write small numbers differently (1e-07, 1e-7). */
function withoutNumbers(message: string): string {
  return message.replaceAll(/ \([^()]*\)/g, '');
}

/** Values to draw: mostly such that the chart accepts, some that only the template can refuse. */
export function drawValues(subject: Subject): fc.Arbitrary<JsonObject> {
  const drawn = valuesArbitrary(schemaOf(subject), subject.defaults).filter(isReadByHelm);
  // A drawn mount hardly ever names a volume that is there: mostly it is given one.
  const any = fc.oneof(
    { weight: 4, arbitrary: drawn.map(withKnownVolumes) },
    { weight: 1, arbitrary: drawn },
  );
  const release = { name: 'a', namespace: 'b' };
  const judged = any
    .map((values) => ({ values, expected: expectation(subject, values, release) }))
    .filter(({ expected }) => expected instanceof ChartError || areDistinct(expected));
  const accepted = judged.filter(({ expected }) => !(expected instanceof ChartError));
  return fc
    .oneof({ weight: 6, arbitrary: accepted }, { weight: 1, arbitrary: judged })
    .map(({ values }) => values);
}

/** Two accounts that are given one name are one object twice, which neither side of the theorem can tell apart. */
function areDistinct(objects: readonly JsonObject[]): boolean {
  const keys = objects.map(({ apiVersion, kind, metadata }) => {
    const { name, namespace } = isObject(metadata) ? metadata : {};
    return JSON.stringify([apiVersion, kind, namespace, name]);
  });
  return new Set(keys).size === keys.length;
}

/** Helm 3 cannot read control characters whatever the chart; only of `global` the schema says nothing. */
function isReadByHelm({ global = {} }: JsonObject): boolean {
  return !/[\u007f-\u009f\ufeff\ufffe\uffff]/.test(JSON.stringify(global));
}

/** Values whose volume mounts name their own extraVolumes; without any they have no mounts. */
function withKnownVolumes(values: JsonObject): JsonObject {
  const { extraVolumes, extraVolumeMounts, extraInitContainers } = values;
  const names = objectsIn(extraVolumes).map(({ name }) => name ?? '');
  const named = (mounts: Json | undefined): readonly JsonObject[] =>
    names.length === 0
      ? []
      : objectsIn(mounts).map((mount, i) => ({ ...mount, name: names[i % names.length] ?? '' }));
  return {
    ...values,
    ...(Array.isArray(extraVolumeMounts) && { extraVolumeMounts: named(extraVolumeMounts) }),
    ...(Array.isArray(extraInitContainers) && {
      extraInitContainers: objectsIn(extraInitContainers).map((container) => ({
        ...container,
        volumeMounts: named(container['volumeMounts']),
      })),
    }),
  };
}

function objectsIn(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Names that Helm takes for a release or a namespace. */
export function drawRelease(): fc.Arbitrary<Release> {
  const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/);
  return fc.record({ name, namespace: name }, { noNullPrototype: true });
}

/** Checks the theorem on one engine for so many draws. */
export async function proveFor(subject: Subject, helm: Helm, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(drawValues(subject), drawRelease(), async (values, release) => {
    const wrong = await contradictions(subject, helm, values, release);
    if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join('\n'));
  });
  // Without shrinking, which renders for minutes: the message names the field that differs.
  await fc.assert(property, { numRuns, endOnFailure: true });
}
