import { UPSTREAM_VALUES, type ChartFiles } from '../chart/assemble.ts';
import { fixedValues } from '../chart/ci-values.ts';
import { messageOf } from '../errors.ts';
import type { JsonObject } from '../json/json.ts';
import { asText, isObject } from '../json/tree.ts';
import { upstreams, type Manifest } from '../manifest/manifest.ts';
import { parseManifest } from '../manifest/parse.ts';
import { stemOf } from '../recipe/entry.ts';
import type { Recipe } from '../recipe/types.ts';
import type { ChartModel, Lift } from '../chart/model.ts';
import { apply } from '../oracle/apply.ts';
import type { Release } from '../oracle/context.ts';
import { compareObjects, identityOf, showDifference, type Difference } from '../oracle/compare.ts';
import type { Finding } from './finding.ts';

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
  const found = renderers.map((): Finding[] => []);
  // Point by point: all renderers at once, but not all that they render.
  for (const point of points) {
    let objects: readonly JsonObject[] | undefined;
    const expected = (): readonly JsonObject[] =>
      (objects ??= apply({ ...input, defaults: input.model.defaults }, point.values, release));
    await Promise.all(
      renderers.map(async (renderer, i) => {
        found[i]?.push(...(await provePoint(input, renderer, point, release, expected)));
      }),
    );
  }
  return { renders: points.length * renderers.length, findings: found.flat() };
}

function fixedPoints(files: ChartFiles): readonly Point[] {
  return [{ name: DEFAULTS, values: {} }, ...fixedValues(files).map(([name, values]) => ({ name, values }))];
}

async function provePoint(
  input: ProofInput,
  renderer: Renderer,
  point: Point,
  release: Release,
  expected: () => readonly JsonObject[],
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
  const upstream = upstreams(input.manifest.resources).map(({ object }) => object);
  return [
    ...unequal(
      'proof/oracle',
      place,
      rendered,
      expected(),
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
    ...(point.name === DEFAULTS
      ? undeclared(differencesFrom(upstream, rendered, input.model), input.model, place)
      : []),
  ];
}

/** What differs from upstream; an object whose name follows its content is compared with that of the name's stem. */
function differencesFrom(
  upstream: readonly JsonObject[],
  rendered: readonly JsonObject[],
  { lifts }: ChartModel,
): readonly Difference[] {
  const named = new Map(
    lifts
      .filter(({ as, field }) => as === 'checksum' && field.join('.') === 'metadata.name')
      .map(({ resource }) => [`${resource.kind}/${stemOf(resource.name)}`, resource.name]),
  );
  const names: Difference[] = [];
  const objects = rendered.map((object) => {
    const own = identityOf(object);
    const name = /-[0-9a-f]{8}$/.test(own) ? named.get(own.slice(0, -9)) : undefined;
    const { kind, metadata } = object;
    if (name === undefined || !isObject(metadata)) return object;
    const path = ['metadata', 'name'];
    names.push({ object: `${asText(kind)}/${name}`, path, left: metadata['name'], right: name });
    return { ...object, metadata: { ...metadata, name } };
  });
  return [...names, ...compareObjects(objects, upstream)];
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
