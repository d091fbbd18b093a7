import { byBytes } from '../json/by-bytes.ts';
import { asText, isObject, objectsIn } from '../json/tree.ts';
import { fieldAt } from '../kubernetes/field.ts';
import type { Manifest, Resource } from '../manifest/manifest.ts';

/** Kinds of a manifest's objects that Kubernetes itself does not serve, as `apiVersion Kind`, sorted. */
export interface OtherKinds {
  /** Those that its CustomResourceDefinitions define. */
  readonly defined: readonly string[];
  /** The others: a cluster that does not serve them yet refuses the whole release. */
  readonly needed: readonly string[];
}

/**
 * Who serves the kinds of a manifest's objects. Helm looks every kind up before it makes anything, so
 * a definition among the templates comes too late for an object beside it.
 */
export function otherKinds({ resources }: Manifest): OtherKinds {
  const defined = new Set(resources.flatMap(definedBy));
  const others = resources
    .filter(({ apiVersion, kind }) => fieldAt(apiVersion, kind, []) === undefined)
    .map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  const sorted = [...new Set(others)].toSorted(byBytes);
  return {
    defined: sorted.filter((kind) => defined.has(kind)),
    needed: sorted.filter((kind) => !defined.has(kind)),
  };
}

function definedBy({ kind, object: { spec } }: Resource): readonly string[] {
  if (kind !== 'CustomResourceDefinition' || !isObject(spec)) return [];
  const { group, names, versions } = spec;
  const own = isObject(names) ? names['kind'] : undefined;
  return objectsIn(versions).map(({ name }) => `${asText(group)}/${asText(name)} ${asText(own)}`);
}
