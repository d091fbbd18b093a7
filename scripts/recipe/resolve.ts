import { isMap, isNode } from 'yaml';
import { ChartError } from '../errors.ts';
import { groupBy } from '../json/group-by.ts';
import type { Manifest, Resource } from '../manifest/manifest.ts';
import { attempt, refuseAll } from './drifts.ts';
import { findFields, showField, valueAt, type Field } from './field.ts';
import { holdsToken, instead, isPart } from './image-token.ts';
import { selectResources } from './select.ts';
import { entryName, type Entry, type Target } from './entry.ts';
import type { Recipe } from './types.ts';

/** An entry of the recipe and one field of a resource that it feeds. */
export interface Binding {
  readonly entry: Entry;
  readonly target: Target;
  readonly field: Field;
  /** For an `each` entry: the key of the element that the field takes. */
  readonly key?: string;
}

/** What the recipe does to one resource. */
export interface Bound {
  readonly resource: Resource;
  readonly bindings: readonly Binding[];
  /** Paths of the boolean values that decide whether the resource is there. */
  readonly conditions: readonly string[];
  /** The list of which every element makes one such resource. */
  readonly each: Entry | undefined;
}

/** A recipe on a manifest: what fits, and everything that does not. */
export interface Resolved {
  readonly resources: readonly Bound[];
  /**
   * Where recipe and manifest have come apart, with file, line and the nearest match:
   * RECIPE_SELECTOR when something matches nothing or is ambiguous, RECIPE_CLAIM when two
   * entries claim one field.
   */
  readonly drifts: readonly ChartError[];
}

/** An entry that means a resource. */
interface Meant {
  readonly entry: Entry;
  readonly target: Target;
  readonly resource: Resource;
}

/** Resolves every entry of the recipe on the manifest. */
export function resolve(manifest: Manifest, recipe: Recipe): Resolved {
  const drifts: ChartError[] = [];
  const meant = recipe.entries.flatMap((entry) =>
    entry.targets.flatMap((target) =>
      attempt(
        drifts,
        () =>
          selectResources(manifest, target, entryName(entry)).map((resource) => ({
            entry,
            target,
            resource,
          })),
        [],
      ),
    ),
  );
  drifts.push(...inFolder(meant, recipe));
  const byResource = groupBy(meant, ({ resource }) => resource);
  const resources = manifest.resources.map((resource): Bound => {
    const own = isInFolder(resource, recipe) ? [] : (byResource.get(resource) ?? []);
    const bindings = own.flatMap((one) => bindingsOf(one, drifts));
    const eachs = own.map(({ entry }) => entry).filter(({ place }) => place === 'each');
    drifts.push(...doubleClaims(bindings), ...lostMaps(bindings), ...secondLists(eachs, resource));
    const conditions = own.filter(({ entry }) => entry.place === 'document').map(({ entry }) => entry.path);
    return { resource, bindings, conditions, each: eachs[0] };
  });
  return { resources, drifts };
}

/** Whether a resource is a file of the chart's crds/ and no template. */
export function isInFolder({ kind }: Pick<Resource, 'kind'>, { crds }: Recipe): boolean {
  return crds === 'folder' && kind === 'CustomResourceDefinition';
}

/** Entries that mean what Helm takes as it is, each with the first that it means. */
function inFolder(meant: readonly Meant[], recipe: Recipe): readonly ChartError[] {
  const wrong = meant.filter(({ resource }) => isInFolder(resource, recipe));
  return [...groupBy(wrong, ({ entry }) => entry)].flatMap(([entry, [first]]) => {
    if (first === undefined) return [];
    const { kind, name, file, line } = first.resource;
    return new ChartError(
      'RECIPE_CLAIM',
      `${entryName(entry)} selects ${kind}/${name} (${file}:${line}), which \`crds: folder\` puts into crds/, where Helm fills in no value`,
      { hint: 'Leave them out by `reject: [{ kind: CustomResourceDefinition }]`, or drop `crds: folder`.' },
    );
  });
}

/**
 * The bindings, where nothing has drifted.
 *
 * @throws the code of the first drift, with the messages of all
 */
export function resolved(manifest: Manifest, recipe: Recipe): readonly Bound[] {
  const { resources, drifts } = resolve(manifest, recipe);
  refuseAll(drifts);
  return resources;
}

function bindingsOf({ entry, target, resource }: Meant, drifts: ChartError[]): readonly Binding[] {
  const find = (fieldPath: string, create: boolean): readonly Field[] =>
    attempt(drifts, () => findFields(resource, fieldPath, create, entryName(entry)), []);
  if (entry.place === 'each') {
    return Object.entries(entry.fields ?? {}).flatMap(([fieldPath, key]) =>
      find(fieldPath, false).map((field) => ({ entry, target, field, key })),
    );
  }
  return (target.fieldPaths ?? []).flatMap((fieldPath) => {
    const found = find(fieldPath, target.create ?? false);
    return attempt(drifts, () => meantBy(entry, found), []).map((field) => ({ entry, target, field }));
  });
}

/**
 * Of the fields of a path those that an entry means: where it stands for a part of a text, those with that part.
 *
 * @throws RECIPE_SELECTOR when no text holds it
 */
function meantBy(entry: Entry, fields: readonly Field[]): readonly Field[] {
  if (entry.form !== 'image' || !isPart(entry)) return fields;
  const holding = fields.filter((field) => field.found && holdsToken(entry, valueAt(field)));
  const [first] = fields;
  if (holding.length > 0 || first === undefined) return holding;
  const texts = fields.map((field) => (field.found ? valueAt(field) : '')).join('\n');
  throw new ChartError(
    'RECIPE_SELECTOR',
    `${entryName(entry)}: ${showField(first)} ${instead(entry, texts)}`,
  );
}

/** Whether an `each` entry's element adds keys to a map of the pattern. */
export function isElementMap({ entry, field }: Binding): boolean {
  return entry.place === 'each' && field.found && isMap(field.value);
}

/** Whether a binding only adds behind what is there, so that others may bind what is there. */
function isAdditive(binding: Binding): boolean {
  const { place } = binding.entry;
  return place === 'append' || place === 'merge' || isElementMap(binding);
}

/**
 * Two entries claim one field when one's path is the other's or lies inside it. Those that add
 * claim only the end of their map or list: they may share it, and elements inside may be bound
 * by others.
 */
function doubleClaims(bindings: readonly Binding[]): readonly ChartError[] {
  const sorted = bindings
    .map((binding) => ({ binding, key: pathKey(binding.field) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const open: typeof sorted = [];
  const errors: ChartError[] = [];
  for (const claim of sorted) {
    while (open.length > 0 && !claim.key.startsWith(open.at(-1)?.key ?? '')) open.pop();
    for (const outer of open) {
      const same = outer.key === claim.key;
      const [a, b] = [outer.binding, claim.binding];
      if (isAdditive(a) && (same ? isAdditive(b) && adds(a) === adds(b) : !isWrittenAnew(a))) continue;
      if (same && isPart(a.entry) && isPart(b.entry) && a.entry.token !== b.entry.token) continue;
      errors.push(doubleClaim(a, b));
    }
    open.push(claim);
  }
  return errors;
}

/** Whether a map's own keys are written with those that are added: nothing in it can be bound. */
function isWrittenAnew(binding: Binding): boolean {
  const { entry, field } = binding;
  return isElementMap(binding) || (entry.place === 'merge' && field.found && field.resource.added === true);
}

/** Whether a binding adds to a list or to a map; a field cannot be both. */
function adds({ entry }: Binding): 'elements' | 'keys' {
  return entry.place === 'append' ? 'elements' : 'keys';
}

/** The path with an end mark after every segment, so that `/a` is no prefix of `/ab`. */
export function pathKey({ path }: Pick<Field, 'path'>): string {
  return path.map((part) => `${part}\0`).join('');
}

function doubleClaim(a: Binding, b: Binding): ChartError {
  return new ChartError(
    'RECIPE_CLAIM',
    `${entryName(a.entry)} and ${entryName(b.entry)} both claim ${showField(b.field)}`,
  );
}

/**
 * A map all of whose fields may disappear would be `{}` to one reader and nothing to another:
 * the map itself must be bound.
 */
function lostMaps(bindings: readonly Binding[]): readonly ChartError[] {
  const dropped = bindings.filter(({ entry, field }) => entry.place === 'drop' && field.found);
  const keys = new Set(dropped.map(({ field }) => pathKey(field)));
  const seen = new Set<unknown>();
  return dropped.flatMap(({ entry, field }) => {
    const map: unknown = field.resource.doc.getIn(field.path.slice(0, -1), true);
    if (!isMap(map) || seen.has(map)) return [];
    seen.add(map);
    const left = map.items.some(
      ({ key }) => isNode(key) && !keys.has(pathKey({ path: [...field.path.slice(0, -1), String(key)] })),
    );
    if (left) return [];
    return [
      new ChartError(
        'RECIPE_SELECTOR',
        `${entryName(entry)}: nothing of the map around ${showField(field)} would be left without it`,
        { hint: 'Bind the map itself by place: drop.' },
      ),
    ];
  });
}

function secondLists(eachs: readonly Entry[], { kind, name }: Resource): readonly ChartError[] {
  const [first, second] = eachs;
  if (first === undefined || second === undefined) return [];
  return [
    new ChartError(
      'RECIPE_CLAIM',
      `${entryName(first)} and ${entryName(second)} both make ${kind}/${name} for each element`,
    ),
  ];
}
