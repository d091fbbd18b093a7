import type { Json, JsonObject, Resource } from '../parse/manifest.ts';
import type { ListCheck } from './appended.ts';
import type { PresetTable } from './presets.ts';
import type { Entry } from '../recipe/types.ts';

/** What templatize makes of a manifest and a recipe. */
export interface ChartModel {
  /** One for each resource, in the manifest's order. */
  readonly templates: readonly TemplateFile[];
  /** The tree of values.yaml. What presets decide is open in it. */
  readonly defaults: JsonObject;
  readonly presets: PresetTable | undefined;
  /** The values that make the render equal to upstream: only those that differ from the defaults. */
  readonly upstreamValues: JsonObject;
  readonly lifts: readonly Lift[];
  /** What the defaults change, and why. */
  readonly departures: readonly Departure[];
  readonly images: readonly ModelImage[];
  /** For each `json` entry the key order and indent of upstream's text. */
  readonly jsonStyles: ReadonlyMap<string, JsonStyle>;
  /** Named templates that refuse what would spoil a list. */
  readonly checks: readonly ListCheck[];
}

interface TemplateFile {
  /** Below templates/, for example `a-daemonset.yaml`. */
  readonly file: string;
  readonly text: string;
}

/** A field that was replaced. */
export interface Lift {
  readonly value: string;
  readonly as: Entry['as'];
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

/** How upstream writes the JSON inside a string field. */
export interface JsonStyle {
  /** Keys in the order in which the text first names them; others follow by name. */
  readonly order: readonly string[];
  /** One level's indent. */
  readonly indent: string;
}

/** An image value: `registry/repository:tag@digest` in parts; '' where there is none. */
export interface ImageValue {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}
