import type { ChartModel } from '../chart/model.ts';
import type { Finding } from '../check/finding.ts';
import type { JsonObject } from '../json/json.ts';
import type { Manifest, Resource } from '../manifest/manifest.ts';
import type { Release } from '../oracle/context.ts';
import type { Lock } from '../recipe/lock.ts';
import { resolve, type Binding, type Bound } from '../recipe/resolve.ts';
import { kindOf } from '../recipe/entry.ts';
import type { Recipe } from '../recipe/types.ts';
import { withoutSecret } from '../review/hidden.ts';
import type { Review, Side } from '../review/review.ts';
import type { FedField, PageData, PageResource } from './data.ts';

/** A chart with a review of it. */
export interface Reviewed {
  readonly recipe: Recipe;
  readonly lock: Lock;
  readonly manifest: Manifest;
  readonly model: Pick<ChartModel, 'defaults' | 'departures' | 'images' | 'values'>;
  /** values.schema.json of the chart. */
  readonly schema: JsonObject;
  readonly findings: readonly Finding[];
  readonly review: Review;
  /** The side that the chart is held against; undefined when that is upstream. */
  readonly before: Side | undefined;
  readonly values: JsonObject;
  readonly release: Release;
}

/**
 * What the page is made of: all that the oracle needs to render in it, the review, and from where
 * every field comes. What Secrets hold is not in it, unless a value feeds it.
 */
export function pageData(reviewed: Reviewed): PageData {
  const { recipe, lock, manifest, model, schema, findings, review, before, values, release } = reviewed;
  const { argocd: _argocd, publish: _publish, ...read } = recipe;
  const bound = resolve(manifest, recipe).resources;
  return {
    upstream: { version: lock.version, url: lock.url },
    review,
    ...(before && { before: before.objects.map(withoutSecret) }),
    ...(before?.live === true && { live: true as const }),
    recipe: read,
    resources: bound.map(pageResource),
    defaults: model.defaults,
    values,
    release,
    schema,
    entries: model.values.map(({ entry, upstream }) => ({
      path: entry.path,
      as: kindOf(entry),
      ...(entry.at !== undefined && { at: entry.at }),
      upstream,
    })),
    fields: bound.flatMap(fieldsOf),
    departures: model.departures,
    images: model.images.map((image) => {
      const source = lock.images[image.value]?.source;
      return { ...image, ...(source !== undefined && { source }) };
    }),
    findings,
  };
}

function pageResource({ resource, bindings }: Bound): PageResource {
  const { apiVersion, kind, name, namespace, added, file, line, object } = resource;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace !== undefined && { namespace }),
    ...(added !== undefined && { added }),
    file,
    line,
    object: bindings.some(isData) ? object : withoutSecret(object),
  };
}

/** Whether a binding reads what a Secret holds: then it is no secret, values.yaml has it. */
function isData({ field }: Binding): boolean {
  return field.path[0] === 'data' || field.path[0] === 'stringData';
}

function fieldsOf({ resource, bindings, conditions, each }: Bound, index: number): readonly FedField[] {
  const whole = (value: string, as: string): FedField => ({
    value,
    as,
    resource: index,
    path: [],
    line: resource.line,
  });
  return [
    ...conditions.map((value) => whole(value, 'document')),
    ...(each === undefined ? [] : [whole(each.path, 'each')]),
    ...bindings.map(({ entry, field }): FedField => {
      const node = field.found ? (field.key ?? field.value) : field.parent;
      return {
        value: entry.path,
        as: kindOf(entry),
        resource: index,
        path: field.path,
        line: lineAt(resource, node.range?.[0] ?? 0),
        ...(!field.found && { made: true as const }),
      };
    }),
  ];
}

function lineAt({ text, line }: Resource, offset: number): number {
  return line + text.slice(0, offset).split('\n').length - 1;
}
