import { templatize } from '../chart/templatize.ts';
import { upstreams, type Manifest, type Resource } from '../manifest/manifest.ts';
import type { Lock } from '../recipe/lock.ts';
import { attempt } from '../recipe/drifts.ts';
import { appendYaml } from '../recipe/edit.ts';
import { resolve } from '../recipe/resolve.ts';
import type { Entry } from '../recipe/entry.ts';
import type { Recipe } from '../recipe/types.ts';
import type { Draft, Left } from './draft.ts';
import { pathOf, selectedBy } from './holders.ts';
import { infer } from './infer.ts';
import { entriesText } from './recipe-text.ts';
import { entryOf, settle } from './settle.ts';

/** What a recipe may have more. */
export interface Proposed {
  readonly drafts: readonly Draft[];
  readonly left: readonly Left[];
}

/** A recipe with the manifest that it binds, own objects and all. */
export interface Present {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  readonly lock: Lock;
}

/**
 * What {@link infer} would lift and no entry of a recipe binds: values whose fields nobody feeds. What the
 * recipe has stays, and together they fit the manifest.
 *
 * @param options kinds of values or keys of workloads, as for infer
 */
export function propose(
  { recipe, manifest, lock }: Present,
  options: { readonly select: readonly string[]; readonly skip: readonly string[] },
): Proposed {
  const { chart, upstream, crds, entries } = recipe;
  const { drafts } = infer(
    { ...manifest, resources: upstreams(manifest.resources) },
    {
      ...options,
      name: chart.name,
      fallback: chart.name,
      source: upstream,
      ...(crds !== undefined && { crds }),
    },
  );
  const bound = new Set([...fieldsOf(manifest, recipe).values()].flatMap((keys) => [...keys]));
  const meant = fieldsOf(manifest, { ...recipe, entries: drafts.map(entryOf) });
  const paths = new Set(entries.map(({ path }) => path));
  const free: Draft[] = [];
  const left: Left[] = [];
  for (const draft of drafts) {
    const keys = [...(meant.get(draft.path) ?? [])];
    if (keys.every((key) => bound.has(key))) continue;
    const why = paths.has(draft.path)
      ? 'there is an entry of this name, which does not mean all fields that it could'
      : 'another entry feeds some of its fields';
    // Several entries may add to one list or map.
    const isShared =
      draft.place !== 'append' && draft.place !== 'merge' && keys.some((key) => bound.has(key));
    if (paths.has(draft.path) || isShared) left.push({ kind: draft.kind, what: draft.path, why });
    else free.push(draft);
  }
  const fitting = settle(entries, free, (all) => templatize(manifest, { ...recipe, entries: all }, lock));
  return { drafts: fitting.drafts, left: [...left, ...fitting.left] };
}

/** Paths of values → keys of the fields that they feed, and of the documents that they switch. */
function fieldsOf(manifest: Manifest, recipe: Recipe): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = ({ path }: Pick<Entry, 'path'>, resource: Resource, field: readonly unknown[]): void => {
    const key = [manifest.resources.indexOf(resource), ...field].join('\0');
    found.set(path, (found.get(path) ?? new Set<string>()).add(key));
  };
  for (const { resource, bindings, conditions } of resolve(manifest, recipe).resources) {
    for (const { entry, field } of bindings) add(entry, resource, field.path);
    for (const path of conditions) add({ path }, resource, []);
  }
  return found;
}

/** A value that a recipe could have for something that is new upstream. */
export interface NewValue {
  readonly path: string;
  /** `Kind/name FIELD`, each. */
  readonly fields: readonly string[];
}

/** What {@link propose} finds of a newer manifest that the older one had no fields for. */
export function newValues(before: Manifest, after: Present): readonly NewValue[] {
  const { drafts } = attempt([], () => propose(after, { select: [], skip: [] }), { drafts: [], left: [] });
  const isNew = (draft: Draft): boolean =>
    resolve(before, { ...after.recipe, entries: [entryOf(draft)] }).drifts.length > 0;
  return drafts.filter(isNew).map(({ path, spots }) => ({
    path,
    fields: spots.map(({ holder, field }) => {
      const { kind = '', name = '' } = selectedBy(holder);
      return `${kind}/${name} ${pathOf(holder, field)}`.trim();
    }),
  }));
}

/**
 * The text of a recipe with further entries behind its values. All else stays as a person wrote it.
 *
 * @param file the name that messages show
 * @throws RECIPE_INVALID where the values are no list with lines of its own
 */
export function withEntries(text: string, file: string, drafts: readonly Draft[]): string {
  return drafts.length === 0 ? text : appendYaml(text, file, ['values'], entriesText(drafts));
}
