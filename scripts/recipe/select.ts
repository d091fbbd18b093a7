import { ChartError } from '../errors.ts';
import type { Manifest, Resource } from '../parse/manifest.ts';
import { groupBy } from './group.ts';
import { nearest } from './nearest.ts';
import type { Select, Target } from './types.ts';

/** What a select looks at. */
type Identity = Pick<Resource, 'apiVersion' | 'kind' | 'name' | 'namespace'>;

/** Whether every field that `select` gives is the resource's. */
export function selects(select: Select, resource: Identity): boolean {
  const [group, version] = groupVersion(resource.apiVersion);
  return (
    (select.group === undefined || select.group === group) &&
    (select.version === undefined || select.version === version) &&
    (select.kind === undefined || select.kind === resource.kind) &&
    (select.name === undefined || select.name === resource.name) &&
    (select.namespace === undefined || select.namespace === resource.namespace)
  );
}

/** Whether a target means the resource: selected and not rejected. */
export function targets(target: Target, resource: Identity): boolean {
  return (
    selects(target.select, resource) && !(target.reject ?? []).some((reject) => selects(reject, resource))
  );
}

/** The resources that a target means, in the manifest's order. */
export function matching(manifest: Manifest, target: Target): readonly Resource[] {
  const { kind, name } = target.select;
  const candidates =
    kind !== undefined && name !== undefined
      ? (indexOf(manifest).get(indexKey(kind, name)) ?? [])
      : manifest.resources;
  return candidates.filter((resource) => targets(target, resource));
}

/** Resources by kind and name: a recipe that names thousands stays linear. */
const indexes = new WeakMap<Manifest, ReadonlyMap<string, readonly Resource[]>>();

function indexOf(manifest: Manifest): ReadonlyMap<string, readonly Resource[]> {
  const known = indexes.get(manifest);
  if (known !== undefined) return known;
  const index = groupBy(manifest.resources, ({ kind, name }) => indexKey(kind, name));
  indexes.set(manifest, index);
  return index;
}

function indexKey(kind: string, name: string): string {
  return `${kind}\0${name}`;
}

/**
 * The resources a target means, which must be there.
 *
 * @param whose the entry, as messages name it
 * @throws RECIPE_SELECTOR when there is none, when kind and name are given and still several
 *   match, or when `reject` leaves out nothing
 */
export function selectResources(manifest: Manifest, target: Target, whose: string): readonly Resource[] {
  const found = matching(manifest, target);
  const { select } = target;
  refuseIdleReject(manifest, target, whose);
  if (found.length === 0) throw nothingSelected(manifest, target, whose);
  if (found.length > 1 && select.kind !== undefined && select.name !== undefined) {
    const places = found.map((resource) => `${resource.namespace ?? '(no namespace)'} at ${at(resource)}`);
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${whose}: select ${JSON.stringify(select)} is ambiguous: ${places.join(', ')}`,
      { hint: 'Add namespace, group or version to the select.' },
    );
  }
  return found;
}

function nothingSelected(manifest: Manifest, { select }: Target, whose: string): ChartError {
  const what = `${whose}: select ${JSON.stringify(select)} matches`;
  if (manifest.resources.some((resource) => selects(select, resource)))
    return new ChartError('RECIPE_SELECTOR', `${what} only what reject leaves out`);
  return new ChartError(
    'RECIPE_SELECTOR',
    `${what} nothing in ${manifest.file}${nearestTo(select, manifest.resources)}`,
  );
}

/** A misspelt `reject` would let the entry change what it must leave alone. */
function refuseIdleReject(manifest: Manifest, { select, reject = [] }: Target, whose: string): void {
  if (reject.length === 0) return;
  const selected = manifest.resources.filter((resource) => selects(select, resource));
  const idle = reject.find((one) => !selected.some((resource) => selects(one, resource)));
  if (idle === undefined) return;
  throw new ChartError(
    'RECIPE_SELECTOR',
    `${whose}: reject ${JSON.stringify(idle)} leaves out nothing that select means${nearestTo(idle, selected)}`,
  );
}

/** The resource most like a select, by the fields that the select gives and no others. */
function nearestTo(select: Select, resources: readonly Resource[]): string {
  const fields = Object.keys(select) as readonly (keyof Select)[];
  const texts = resources.map((resource) => textOf(selectOf(resource), fields));
  const guess = nearest(textOf(select, fields), texts);
  const resource = resources[texts.indexOf(guess ?? '')];
  if (guess === undefined || resource === undefined) return '';
  const own = selectOf(resource);
  const shown = Object.fromEntries(fields.map((field) => [field, own[field]]));
  return `; the nearest is ${JSON.stringify(shown)} at ${at(resource)}`;
}

function textOf(select: Select, fields: readonly (keyof Select)[]): string {
  return fields.map((field) => select[field] ?? '').join('\0');
}

function selectOf({ apiVersion, kind, name, namespace = '' }: Resource): Required<Select> {
  const [group, version] = groupVersion(apiVersion);
  return { group, version, kind, name, namespace };
}

function at({ file, line }: Resource): string {
  return `${file}:${line}`;
}

function groupVersion(apiVersion: string): readonly [string, string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}
