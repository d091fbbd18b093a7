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
 * @throws RECIPE_SELECTOR when there is none, or when kind and name are given
 *   and still several match
 */
export function selectResources(manifest: Manifest, target: Target, entryPath: string): readonly Resource[] {
  const found = matching(manifest, target);
  const { select } = target;
  if (found.length === 0) {
    const known = manifest.resources.map((resource) => `${resource.kind}/${resource.name}`);
    const wanted = `${select.kind ?? ''}/${select.name ?? ''}`;
    const guess = nearest(wanted, known);
    const place = manifest.resources.find((resource) => `${resource.kind}/${resource.name}` === guess);
    throw new ChartError(
      'RECIPE_SELECTOR',
      `Entry ${entryPath}: select ${JSON.stringify(select)} matches nothing in ${manifest.file}` +
        (place === undefined ? '' : `; the nearest is ${guess} at ${manifest.file}:${place.line}`),
    );
  }
  if (found.length > 1 && select.kind !== undefined && select.name !== undefined) {
    const places = found.map(
      (resource) => `${resource.namespace ?? '(no namespace)'} at line ${resource.line}`,
    );
    throw new ChartError(
      'RECIPE_SELECTOR',
      `Entry ${entryPath}: select ${JSON.stringify(select)} is ambiguous in ${manifest.file}: ${places.join(', ')}`,
      { hint: 'Add namespace, group or version to the select.' },
    );
  }
  return found;
}

function groupVersion(apiVersion: string): readonly [string, string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}
