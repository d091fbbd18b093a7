import type { Departure } from '../chart/model.ts';
import type { Finding } from '../check/finding.ts';
import type { Json, JsonObject } from '../json/json.ts';
import type { Release } from '../oracle/context.ts';
import type { Recipe } from '../recipe/types.ts';
import type { Review } from '../review/review.ts';

/** A resource of the manifest as the page has it: its object and where it stands, without its text. */
export interface PageResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly added?: true;
  readonly file: string;
  /** Line (1-based) of the file on which the resource begins. */
  readonly line: number;
  readonly object: JsonObject;
}

/** A field that a value feeds. */
export interface FedField {
  /** Path of the value. */
  readonly value: string;
  /** Form and place, for people. */
  readonly as: string;
  /** Index of the resource. */
  readonly resource: number;
  /** Exact path in the resource; empty for the whole of it. */
  readonly path: readonly (string | number)[];
  /** Line of the resource's file where the field is, or the map that will hold it. */
  readonly line: number;
  /** Upstream has no such field: the value makes it. */
  readonly made?: true;
}

/** An image that a value names. */
export interface PageImage {
  readonly value: string;
  readonly reference: string;
  readonly platforms: readonly string[];
  /** Who stated the digest. */
  readonly source?: 'registry' | 'recipe' | 'file';
}

/** Where the recipe speaks of a value. */
export interface PageEntry {
  readonly path: string;
  /** For people: `value`, `yaml × append`. */
  readonly as: string;
  /** `recipe.yaml:75`. */
  readonly at?: string;
  /** The value that means upstream. */
  readonly upstream: Json;
}

/** All that the page is made of, as JSON. */
export interface PageData {
  readonly upstream: { readonly version: string; readonly url: string };
  readonly review: Review;
  /** The objects that the chart is held against; not there when these are upstream's. */
  readonly before?: readonly JsonObject[];
  /** The other side comes out of a cluster. */
  readonly live?: true;
  /** What the oracle reads of the recipe. */
  readonly recipe: Recipe;
  readonly resources: readonly PageResource[];
  readonly defaults: JsonObject;
  /** The values with which the review was made. */
  readonly values: JsonObject;
  readonly release: Release;
  readonly schema: JsonObject;
  readonly entries: readonly PageEntry[];
  readonly fields: readonly FedField[];
  readonly departures: readonly Departure[];
  readonly images: readonly PageImage[];
  /** What a release would refuse or warn of. */
  readonly findings: readonly Finding[];
}

/** The id of the element that holds the data. */
export const DATA_ID = 'data';
