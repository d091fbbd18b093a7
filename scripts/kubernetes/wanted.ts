import type { Json, JsonObject } from '../json/json.ts';
import { isObject } from '../json/tree.ts';

/** Fields of metadata that only a server writes. */
const METADATA: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** Annotations that kubectl and controllers write for themselves. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
]);

/** Labels of the same kind: of a namespace its name, of a job's pods whose they are. */
const LABELS: ReadonlySet<string> = new Set([
  'kubernetes.io/metadata.name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'controller-uid',
  'job-name',
]);

/**
 * An object as somebody may have written it: of one that a server gave out
 * (`kubectl get -o yaml`), without its status and what is the server's own in its metadata.
 */
export function wanted(object: JsonObject): JsonObject {
  const { status: _, ...rest } = object;
  const { metadata, spec } = rest;
  return {
    ...rest,
    ...(isObject(metadata) && { metadata: own(metadata) }),
    ...(isObject(spec) && { spec: withTemplate(spec) }),
  };
}

/** A server writes into the metadata of pod templates, too. */
function withTemplate(spec: JsonObject): JsonObject {
  const { template } = spec;
  if (!isObject(template) || !isObject(template['metadata'])) return spec;
  return { ...spec, template: { ...template, metadata: own(template['metadata']) } };
}

function own(metadata: JsonObject): JsonObject {
  const { annotations, labels, ...others } = without(metadata, METADATA);
  return { ...others, ...kept('labels', labels, LABELS), ...kept('annotations', annotations, ANNOTATIONS) };
}

/** A map without the server's keys; none where nothing is left. */
function kept(name: string, map: Json | undefined, keys: ReadonlySet<string>): JsonObject {
  const left = isObject(map) ? without(map, keys) : {};
  return Object.keys(left).length === 0 ? {} : { [name]: left };
}

function without(map: JsonObject, keys: ReadonlySet<string>): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.has(key)));
}
