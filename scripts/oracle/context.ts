import type { Json, JsonObject } from '../json/json.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Entry, Target } from '../recipe/entry.ts';
import type { Recipe } from '../recipe/types.ts';

/** The facts of a release that templates can read. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** APIs that the cluster serves beyond Kubernetes' own; `helm template` takes them by --api-versions. */
  readonly served?: readonly string[];
}

/** A chart as the oracle knows it. */
export interface Chart {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  /** The chart's own values.yaml. */
  readonly defaults: JsonObject;
}

/** What apply works with. */
export interface ApplyContext extends Chart {
  /** The user's values merged into the defaults, and what they leave open filled in. */
  readonly values: JsonObject;
  readonly release: Release;
  /** Why the chart refuses the values; Helm stops at one of these. */
  readonly refusals: Set<string>;
}

/** One use of an entry: a field of one object, before it is changed. */
export interface Use<E extends Entry = Entry> {
  readonly entry: E;
  readonly target: Target;
  /** What the field has; undefined when it is not there. */
  readonly upstream: Json | undefined;
  /** The object as upstream has it. */
  readonly whole: JsonObject;
  readonly context: ApplyContext;
}

/** Keeps why the chart refuses the values, if it does: all reasons are wanted. */
export function refuse({ refusals }: ApplyContext, reason: string | undefined): void {
  if (reason !== undefined) refusals.add(reason);
}
