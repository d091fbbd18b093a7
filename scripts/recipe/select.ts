import { ChartError, type Mend } from '../errors.ts';
import type { Manifest, Resource } from '../manifest/manifest.ts';
import { groupVersion } from '../json/api-group.ts';
import { groupBy } from '../json/group-by.ts';
import { nearest } from './nearest.ts';
import type { Select, Target } from './entry.ts';

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
      ? namesakes({ kind, name }, manifest.resources)
      : manifest.resources;
  return candidates.filter((resource) => targets(target, resource));
}

/** By kind and name: a recipe that names thousands stays linear. */
const indexes = new WeakMap<readonly Resource[], ReadonlyMap<string, readonly Resource[]>>();

/** Those of the resources that have this kind and name, in their order. */
export function namesakes(
  { kind, name }: Pick<Resource, 'kind' | 'name'>,
  resources: readonly Resource[],
): readonly Resource[] {
  const index = indexes.get(resources) ?? groupBy(resources, (one) => indexKey(one.kind, one.name));
  indexes.set(resources, index);
  return index.get(indexKey(kind, name)) ?? [];
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
  const near = nearestTo(select, manifest.resources);
  return new ChartError('RECIPE_SELECTOR', `${what} nothing in ${manifest.file}${near.words}`, near);
}

/** A misspelt `reject` would let the entry change what it must leave alone. */
function refuseIdleReject(manifest: Manifest, { select, reject = [] }: Target, whose: string): void {
  if (reject.length === 0) return;
  const selected = manifest.resources.filter((resource) => selects(select, resource));
  const idle = reject.find((one) => !selected.some((resource) => selects(one, resource)));
  if (idle === undefined) return;
  throw new ChartError(
    'RECIPE_SELECTOR',
    `${whose}: reject ${JSON.stringify(idle)} leaves out nothing that select means${nearestTo(idle, selected).words}`,
  );
}

/** The resource most like a select, by the fields that the select gives and no others. */
function nearestTo(
  select: Select,
  resources: readonly Resource[],
): { readonly words: string; readonly mend?: Mend } {
  const fields = Object.keys(select) as readonly (keyof Select)[];
  const texts = resources.map((resource) => textOf(selectOf(resource), fields));
  const guess = nearest(textOf(select, fields), texts);
  const resource = resources[texts.indexOf(guess ?? '')];
  if (guess === undefined || resource === undefined) return { words: '' };
  const own = selectOf(resource);
  const shown = Object.fromEntries(fields.map((field) => [field, own[field]]));
  const words = `; the nearest is ${JSON.stringify(shown)} at ${at(resource)}`;
  const [other, more] = fields.filter((field) => own[field] !== select[field]);
  const isOne = other !== undefined && more === undefined;
  return isOne ? { words, mend: { from: select[other] ?? '', to: own[other] } } : { words };
}

function textOf(select: Select, fields: readonly (keyof Select)[]): string {
  const kind = isWorkload(select.kind) ? 'workload' : select.kind;
  return fields.map((field) => (field === 'kind' ? kind : select[field]) ?? '').join('\0');
}

/** Whether a kind has its pods where others have them: upstream makes one of the other. */
export function isWorkload(kind: string | undefined): boolean {
  return kind !== undefined && ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'].includes(kind);
}

function selectOf({ apiVersion, kind, name, namespace = '' }: Resource): Required<Select> {
  const [group, version] = groupVersion(apiVersion);
  return { group, version, kind, name, namespace };
}

function at({ file, line }: Resource): string {
  return `${file}:${line}`;
}
