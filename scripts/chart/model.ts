import type { Json, JsonObject } from '../json/json.ts';
import type { Resource } from '../manifest/manifest.ts';
import type { ListCheck } from './list-checks.ts';
import type { NamedTemplate } from './named.ts';
import type { PresetTable } from './presets.ts';
import type { Valued } from './schema/fields.ts';

/** What templatize makes of a manifest and a recipe. */
export interface ChartModel {
  /** One for each resource, in the manifest's order, but for those of `crds`. */
  readonly templates: readonly ModelFile[];
  /** Files of crds/, which Helm takes as they are. */
  readonly crds: readonly ModelFile[];
  /** What the schema of the values follows from. */
  readonly values: readonly Valued[];
  /** The tree of values.yaml. What presets decide is open in it. */
  readonly defaults: JsonObject;
  readonly presets: PresetTable | undefined;
  /** The values that make the render equal to upstream: only those that differ from the defaults. */
  readonly upstreamValues: JsonObject;
  readonly lifts: readonly Lift[];
  /** What the defaults change, and why. */
  readonly departures: readonly Departure[];
  readonly images: readonly ModelImage[];
  /** Named templates of entries. */
  readonly named: readonly NamedTemplate[];
  /** Named templates that refuse what would spoil a list. */
  readonly checks: readonly ListCheck[];
}

interface ModelFile {
  /** Below its folder, for example `a-daemonset.yaml`. */
  readonly file: string;
  readonly text: string;
}

/** A field that was replaced. */
export interface Lift {
  readonly value: string;
  /** Form and place, for people. */
  readonly as: string;
  readonly resource: Pick<Resource, 'kind' | 'name'>;
  /** Exact path in the resource; empty for a whole document. */
  readonly field: readonly (string | number)[];
}

/** A default that is not upstream's. */
export interface Departure {
  readonly value: string;
  readonly upstream: Json;
  readonly chart: Json;
  readonly reason: string;
}

/** An image of the chart with its pin. */
interface ModelImage {
  /** Path of the value. */
  readonly value: string;
  readonly reference: string;
  readonly platforms: readonly string[];
}
