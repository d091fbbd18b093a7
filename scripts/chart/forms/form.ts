import type { Json, JsonObject } from '../../json/json.ts';
import type { FoundField } from '../../recipe/field.ts';
import type { Binding } from '../../recipe/resolve.ts';
import type { Entry, EntryOf, Form } from '../../recipe/entry.ts';
import type { Asked } from '../schema/fields.ts';

/** What a form is asked to write. */
export interface Given<E extends Entry = Entry> {
  readonly entry: E;
  readonly binding: Binding;
  /** The value as an expression: its path, or `.` inside `with`. */
  readonly value: string;
  /** The template's root: `.`, or `$` inside `with`. */
  readonly root: '.' | '$';
  /** What the value is like: upstream's, or else the default. */
  readonly sample: Json;
  readonly names: Names;
}

/** Names of named templates. */
export interface Names {
  readonly chart: string;
  /** Of the one that a binding's form writes. */
  readonly of: (binding: Binding) => string;
  /**
   * Of the one that writes the text of a `json` entry, by its path.
   *
   * @throws RECIPE_INVALID when it is no such entry
   */
  readonly text: (path: string) => string;
  /**
   * What is written for a value as an expression: of an image its reference, else the value itself.
   *
   * @throws RECIPE_INVALID when no entry feeds a field by it
   */
  readonly value: (path: string) => string;
}

/** How a value stands in a field. */
export type Written =
  /** Behind `key: `, on its line. */
  | { readonly as: 'inline'; readonly text: string }
  /** Below `key:head`; the text of its lines for an indent, the first without it. */
  | { readonly as: 'block'; readonly head: string; readonly body: (indent: number) => string }
  /** YAML of its own, with what is around it. */
  | { readonly as: 'tree'; readonly text: (around: (content: Json) => Json) => string };

/** The chart's side of a form. */
export interface ChartForm<F extends Form> {
  /**
   * The value that writes what upstream has.
   *
   * @throws RECIPE_SELECTOR when there is none
   */
  readonly upstream: (entry: EntryOf<F>, binding: Binding, field: FoundField) => Json;
  /** The schema of the value, before what is empty or left open. */
  readonly schema: (asked: Asked<EntryOf<F>>) => JsonObject;
  readonly write: (given: Given<EntryOf<F>>) => Written;
  /** What `with` tests where nothing is written for an empty value: the value itself unless said. */
  readonly condition?: (given: Given<EntryOf<F>>) => string;
  /** Of a named template that the form needs: what it holds, without its `define`. */
  readonly named?: (entry: EntryOf<F>, binding: Binding, names: Names) => NamedBody | undefined;
}

/** The inside of a named template. */
export interface NamedBody {
  /** What it is for, in a sentence. */
  readonly about?: string;
  readonly lines: readonly string[];
}
