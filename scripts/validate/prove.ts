import { parse } from 'yaml';
import { UPSTREAM_VALUES, type ChartFiles } from '../assemble/assemble.ts';
import { messageOf } from '../errors.ts';
import type { JsonObject, Manifest } from '../parse/manifest.ts';
import { parseManifest } from '../parse/parse.ts';
import type { Recipe } from '../recipe/types.ts';
import type { ChartModel, Lift } from '../templatize/model.ts';
import { apply, type Release } from './apply.ts';
import { compareObjects, showDifference, type Difference } from './compare.ts';
import type { Finding } from './finding.ts';
import { mergeValues } from './merge-values.ts';

/** A Helm that can render the chart; the port through which the proof reaches a process. */
export interface Renderer {
  /** For example `helm 3.17.3`. */
  readonly name: string;
  /** `helm template` with these values; rejects with Helm's own words. */
  readonly render: (values: JsonObject, release: Release) => Promise<string>;
}

export interface ProofInput {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  readonly model: ChartModel;
  readonly files: ChartFiles;
}

/** What was proved: how many renders were compared, and what did not hold. */
export interface Proof {
  readonly renders: number;
  readonly findings: readonly Finding[];
}

/** A fixed point of the theorem: a name and the user's values. */
interface Point {
  readonly name: string;
  readonly values: JsonObject;
}

const DEFAULTS = 'defaults';

/**
 * Proves the theorem at its fixed points (the defaults and every ci/*-values.yaml) with
 * every renderer: the render is what the oracle says; with the upstream values it is
 * upstream's manifest exactly; with the defaults it differs from upstream only by the
 * declared departures, and by each of them.
 */
export async function prove(input: ProofInput, renderers: readonly Renderer[]): Promise<Proof> {
  const release: Release = { name: input.recipe.chart.name, namespace: 'default' };
  const points = fixedPoints(input.files);
  const findings = await Promise.all(
    renderers.flatMap((renderer) => points.map((point) => provePoint(input, renderer, point, release))),
  );
  return { renders: points.length * renderers.length, findings: findings.flat() };
}

function fixedPoints(files: ChartFiles): readonly Point[] {
  const ci = [...files].filter(([path]) => /^ci\/.*-values\.yaml$/.test(path));
  return [
    { name: DEFAULTS, values: {} },
    ...ci.map(([name, text]) => ({ name, values: (parse(text) ?? {}) as JsonObject })),
  ];
}

async function provePoint(
  input: ProofInput,
  renderer: Renderer,
  point: Point,
  release: Release,
): Promise<readonly Finding[]> {
  const place = `${renderer.name}, ${point.name}`;
  let rendered: readonly JsonObject[];
  try {
    rendered = parseManifest(await renderer.render(point.values, release), place).resources.map(
      ({ object }) => object,
    );
  } catch (error) {
    return [finding('proof/render', place, messageOf(error), 'Helm refuses the chart with these values.')];
  }
  const expected = apply(
    input.recipe,
    input.manifest,
    mergeValues(input.model.defaults, point.values),
    release,
  );
  const upstream = input.manifest.resources.filter(({ added }) => added !== true).map(({ object }) => object);
  return [
    ...unequal(
      'proof/oracle',
      place,
      rendered,
      expected,
      'The template and the recipe disagree; this is a bug of the toolkit or of a file in templates/.',
    ),
    ...(point.name === UPSTREAM_VALUES
      ? unequal(
          'proof/upstream',
          place,
          rendered,
          upstream,
          'These values must give upstream back; an addition needs a value that turns it off.',
        )
      : []),
    ...(point.name === DEFAULTS ? undeclared(compareObjects(rendered, upstream), input.model, place) : []),
  ];
}

function unequal(
  rule: string,
  place: string,
  left: readonly JsonObject[],
  right: readonly JsonObject[],
  hint: string,
): readonly Finding[] {
  return compareObjects(left, right).map((difference) =>
    finding(rule, place, showDifference(difference), hint),
  );
}

/** Differences that no departure declares, and departures that make no difference. */
function undeclared(
  differences: readonly Difference[],
  model: ChartModel,
  place: string,
): readonly Finding[] {
  const declared = new Set(model.departures.map(({ value }) => value));
  const lifts = model.lifts.filter(({ value }) => declared.has(value));
  const causes = differences.map((difference) => ({
    difference,
    by: lifts.filter((lift) => explains(lift, difference)),
  }));
  const seen = new Set(causes.flatMap(({ by }) => by.map(({ value }) => value)));
  return [
    ...causes
      .filter(({ by }) => by.length === 0)
      .map(({ difference }) =>
        finding(
          'proof/undeclared',
          place,
          showDifference(difference),
          'Declare it in recipe.yaml by default and reason.',
        ),
      ),
    ...[...declared]
      .filter((value) => !seen.has(value))
      .map((value) =>
        finding(
          'proof/idle-departure',
          place,
          `${value} declares a departure, but nothing differs from upstream`,
          'Drop its default and reason from recipe.yaml.',
        ),
      ),
  ];
}

/** Whether a lift can be why there is a difference; a whole object is there or not by few. */
function explains({ resource, field }: Lift, { object, path }: Difference): boolean {
  if (`${resource.kind}/${resource.name}` !== object) return false;
  if (path.length > 0) return field.length > 0 && overlap(field, path);
  return field.length === 0 || ['metadata.name', 'metadata.namespace'].includes(field.join('.'));
}

/** Whether one path is the other or lies inside it. */
function overlap(a: readonly (string | number)[], b: readonly (string | number)[]): boolean {
  return a.every((part, i) => i >= b.length || part === b[i]);
}

function finding(rule: string, place: string, message: string, hint: string): Finding {
  return { rule, severity: 'error', place, message, hint };
}
