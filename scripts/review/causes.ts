import type { ChartModel } from '../chart/model.ts';
import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { getPath, isObject, treeOf } from '../json/tree.ts';
import { apply } from '../oracle/apply.ts';
import type { Chart, Release } from '../oracle/context.ts';
import type { Recipe } from '../recipe/types.ts';
import { compare, type ObjectChange } from './compare.ts';
import type { Change } from './differences.ts';
import { identity } from './object-name.ts';
import { overlap, type Path } from './path.ts';

/** Why a field is not as upstream has it: a default of the recipe with its reason, or a value of the user's. */
export type Cause =
  | { readonly kind: 'departure'; readonly value: string; readonly reason: string }
  | { readonly kind: 'value'; readonly value: string };

/** A chart, and what a user makes of it. */
export interface Rendering extends Pick<Chart, 'recipe' | 'manifest'> {
  readonly model: Pick<ChartModel, 'defaults' | 'departures' | 'upstreamValues'>;
  readonly values: JsonObject;
  readonly release: Release;
}

/** A change on the way from upstream's manifest to what is rendered. */
interface Caused {
  readonly path: Path;
  readonly causes: readonly Cause[];
}

/** What changed on the way, of each object by every name that it has there. */
type Way = Map<string, Caused[]>;

/** Says why a change of an object came about; nothing for one that neither recipe nor values explain. */
export type Explain = (change: Change, of: ObjectChange) => readonly Cause[];

/**
 * Finds out by trying: from the values that give upstream's manifest, one departure after the
 * other is let in, then one value of the user's after the other, and what changes at each step is
 * that one's doing, whatever form or preset it takes to get there.
 *
 * @param edits what somebody made otherwise by hand: from there to upstream. A departure gives a reason against
 *   upstream, and none for undoing that.
 */
export function explainer(rendering: Rendering, edits: readonly ObjectChange[] = []): Explain {
  const caused = walk(rendering);
  const edited = new Map(edits.map((one) => [identity(one.was ?? one.object), one.changes]));
  return ({ path }, { object, was }) => {
    const names = [object, ...(was === undefined ? [] : [was])].map(identity);
    const own = [...new Set(names.flatMap((name) => caused.get(name) ?? []))];
    const whole = path.length === 0 ? own.filter((one) => one.path.length === 0) : [];
    const found = whole.length > 0 ? whole : own.filter((one) => overlap(one.path, path));
    const causes = latest([...new Set(found.flatMap((one) => one.causes))]);
    const isEdited = edited
      .get(identity(was ?? object))
      ?.some((edit) => edit.kind !== 'moved' && overlap(edit.path, path));
    return isEdited === true ? causes.filter(({ kind }) => kind === 'value') : causes;
  };
}

function walk(rendering: Rendering): Way {
  const { recipe, manifest, model, values, release } = rendering;
  const render = (own: JsonObject) => apply({ recipe, manifest, defaults: model.defaults }, own, release);
  const way: Way = new Map();
  let [objects, pending]: [readonly JsonObject[], Cause[]] = [render(model.upstreamValues), []];
  for (const { cause, own } of stepsOf(rendering)) {
    pending.push(cause);
    const next = attempt(() => render(own), own === values);
    if (next === undefined) continue;
    for (const one of compare(objects, next)) record(one, pending, way);
    [objects, pending] = [next, []];
  }
  return way;
}

/** Values that are only allowed together are let in together: what is refused on the way is no fault. */
function attempt(render: () => readonly JsonObject[], isLast: boolean): readonly JsonObject[] | undefined {
  try {
    return render();
  } catch (error) {
    if (isLast || !(error instanceof ChartError) || error.code !== 'VALUES_REFUSED') throw error;
    return undefined;
  }
}

function record({ object, was, changes }: ObjectChange, causes: readonly Cause[], way: Way): void {
  const name = identity(object);
  const before = was === undefined ? name : identity(was);
  const own = way.get(before) ?? way.get(name) ?? [];
  for (const { path } of changes) own.push({ path, causes });
  // One list under both names.
  way.set(before, own).set(name, own);
}

interface Step {
  readonly cause: Cause;
  /** The user's values at this step. */
  readonly own: JsonObject;
}

function stepsOf({ recipe, model, values }: Rendering): readonly Step[] {
  const { departures, upstreamValues } = model;
  const given = givenValues(values, recipe);
  return [
    ...departures.map(({ value, reason }, i): Step => {
      const rest = departures
        .slice(i + 1)
        .map((one) => [one.value, getPath(upstreamValues, one.value) ?? null] as const);
      return { cause: { kind: 'departure', value, reason }, own: treeOf(rest) };
    }),
    ...given.map(([value], i): Step => ({
      cause: { kind: 'value', value },
      own: i === given.length - 1 ? values : treeOf(given.slice(0, i + 1)),
    })),
  ];
}

/** A user's values by the entries that they are for, or else by leaf. */
function givenValues(values: JsonObject, recipe: Recipe): readonly (readonly [path: string, value: Json])[] {
  const entries = new Set(recipe.entries.map(({ path }) => path));
  const below = (value: Json, path: string): readonly (readonly [string, Json])[] => {
    if (entries.has(path) || !isObject(value) || Object.keys(value).length === 0) return [[path, value]];
    return Object.entries(value).flatMap(([key, inner]) =>
      below(inner, path === '' ? key : `${path}.${key}`),
    );
  };
  return Object.keys(values).length === 0 ? [] : below(values, '');
}

/** A departure that a user's value takes the place of is no cause any more. */
function latest(causes: readonly Cause[]): readonly Cause[] {
  const own = causes.filter(({ kind }) => kind === 'value').map(({ value }) => value);
  return causes.filter(
    ({ kind, value }) => kind === 'value' || !own.some((one) => one === value || one.startsWith(`${value}.`)),
  );
}
