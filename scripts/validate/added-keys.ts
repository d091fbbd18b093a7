import { createHash } from 'node:crypto';
import { ChartError } from '../errors.ts';
import type { JsonObject, Resource } from '../parse/manifest.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import { targets } from '../recipe/select.ts';
import type { ChartIdentity, EntriesEntry, MapEntry } from '../recipe/types.ts';
import { getPath, isObject } from '../templatize/tree.ts';
import type { ApplyContext, Release } from './apply.ts';
import { isEmpty } from './emptiness.ts';
import { jsonText } from './json-text.ts';
import { fieldsAt, type Mutable } from './locate.ts';

/** Adds what a map entry writes to the map at `parent[key]`, which is made when it is not there. */
export function addKeys(
  parent: Mutable,
  key: string | number,
  entry: MapEntry,
  resource: Resource,
  context: ApplyContext,
): void {
  const added = addedKeys(entry, context);
  if (Object.keys(added).length === 0) return;
  const present = (parent[key] ?? {}) as JsonObject;
  const own = entry.as === 'merge' ? {} : upstreamKeysOf(resource, entry, present);
  parent[key] = { ...present, ...added, ...own };
}

/** Of the keys that are there, those that upstream wrote: ours give way to them. */
function upstreamKeysOf(resource: Resource, entry: MapEntry, present: JsonObject): JsonObject {
  const paths = entry.targets
    .filter((target) => targets(target, resource))
    .flatMap((target) => target.fieldPaths ?? []);
  const maps = paths.flatMap((path) => fieldsAt(resource.object, parseFieldPath(path)));
  const keys = new Set(maps.filter(isObject).flatMap(Object.keys));
  return Object.fromEntries(Object.entries(present).filter(([name]) => keys.has(name)));
}

function addedKeys(entry: MapEntry, context: ApplyContext): JsonObject {
  const value = getPath(context.values, entry.path);
  if (isEmpty(value)) return {};
  switch (entry.as) {
    case 'merge':
      return value as JsonObject;
    case 'entries':
      return entriesOf(entry, context.release);
    case 'labels':
      return chartLabels(context.recipe.chart, context.release);
    case 'checksum':
      return { [entry.annotation]: checksum(entry.of, context) };
  }
}

function entriesOf(entry: EntriesEntry, { name, namespace, served = [] }: Release): JsonObject {
  if (entry.unlessServed !== undefined && served.includes(entry.unlessServed)) return {};
  return Object.fromEntries(
    Object.entries(entry.entries).map(([key, value]) => [
      key,
      value.replaceAll('{release.name}', name).replaceAll('{release.namespace}', namespace),
    ]),
  );
}

function chartLabels(chart: ChartIdentity, release: Release): JsonObject {
  const label = (text: string): string => text.replaceAll('+', '_').slice(0, 63).replace(/-$/, '');
  return {
    'helm.sh/chart': label(`${chart.name}-${chart.version}`),
    'app.kubernetes.io/name': chart.name,
    'app.kubernetes.io/instance': release.name,
    'app.kubernetes.io/version': label(chart.appVersion),
    'app.kubernetes.io/managed-by': 'Helm',
  };
}

function checksum(path: string, context: ApplyContext): string {
  const entry = context.recipe.entries.find((candidate) => candidate.path === path);
  if (entry?.as !== 'json')
    throw new ChartError('RECIPE_INVALID', `A checksum is of ${path}, which is no json entry`);
  const target = entry.targets[0];
  const resource = context.manifest.resources.find(
    (candidate) => target !== undefined && targets(target, candidate),
  );
  const field = parseFieldPath(target?.fieldPaths?.[0] ?? '');
  const [text] = resource === undefined ? [] : fieldsAt(resource.object, field);
  return createHash('sha256')
    .update(jsonText(entry, String(text), context.values).replace(/\n$/, ''))
    .digest('hex');
}
