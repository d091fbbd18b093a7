import { schemaTree, type SchemaNode } from '../../chart/schema/node.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { getPath } from '../../json/tree.ts';
import { upstreams, type Manifest } from '../../manifest/manifest.ts';
import { apply } from '../../oracle/apply.ts';
import type { Release } from '../../oracle/context.ts';
import { compare, type ObjectChange } from '../../review/compare.ts';
import { withoutSecret } from '../../review/hidden.ts';
import { identity, objectName } from '../../review/object-name.ts';
import { indexOfNamesake } from '../namesake.ts';
import { reverted } from '../reverted.ts';
import { DATA_ID, type FedField, type PageData, type PageEntry, type PageResource } from '../data.ts';

/** A value of the chart with what its schema says. */
export interface Value {
  readonly path: string;
  readonly node: SchemaNode;
  /** Undefined when it is open. */
  readonly default: Json | undefined;
  /** The entry of the recipe that it is, or is a part of. */
  readonly entry: PageEntry | undefined;
}

/** An object beside what is there now. */
export interface Pair {
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
  readonly change: ObjectChange | undefined;
}

/** The chart in the page: its data, and what is worked out from them when it is asked for. */
export class PageChart {
  readonly data: PageData;
  readonly before: readonly JsonObject[];
  readonly #manifest: Manifest;
  #pairs: readonly Pair[] | undefined;
  #values: readonly Value[] | undefined;

  constructor(data: PageData) {
    this.data = data;
    // The oracle reads objects and what they are called; what else a resource has serves the templates.
    const resources = data.resources as unknown as Manifest['resources'];
    this.#manifest = { file: '', resources };
    this.before = data.before ?? upstreams(data.resources).map(({ object }) => object);
  }

  /** What the chart renders. Throws VALUES_REFUSED. */
  render(values: JsonObject, release: Release = this.data.release): readonly JsonObject[] {
    const { recipe, defaults } = this.data;
    return apply({ recipe, manifest: this.#manifest, defaults }, values, release).map(withoutSecret);
  }

  /** All objects of both sides of the review. */
  get pairs(): readonly Pair[] {
    return (this.#pairs ??= this.heldAgainst(this.render(this.data.values)));
  }

  /** Objects beside those of the other side. */
  heldAgainst(objects: readonly JsonObject[]): readonly Pair[] {
    const { before, live } = this.data;
    const pairs = pairsOf(this.before, objects, live);
    // What others wrote has another order, and says what is the same in other words.
    return before === undefined ? pairs : pairs.map(inOneOrder);
  }

  /** All values that the schema describes, in its order. */
  get values(): readonly Value[] {
    return (this.#values ??= this.#valuesBelow(schemaTree(this.data.schema), ''));
  }

  #valuesBelow(node: SchemaNode, above: string): readonly Value[] {
    return [...node.properties].flatMap(([key, child]) => {
      const path = above === '' ? key : `${above}.${key}`;
      const value = {
        path,
        node: child,
        default: getPath(this.data.defaults, path),
        entry: this.entryOf(path),
      };
      return [value, ...this.#valuesBelow(child, path)];
    });
  }

  /** The entry that a value is, or is a part of. */
  entryOf(path: string): PageEntry | undefined {
    return this.data.entries.find((entry) => entry.path === path || path.startsWith(`${entry.path}.`));
  }

  /** The fields that a value feeds, those of values below it too. */
  fieldsOf(path: string): readonly FedField[] {
    const own = this.entryOf(path)?.path ?? path;
    return this.data.fields.filter(({ value }) => value === own || value.startsWith(`${path}.`));
  }

  /** The values that feed an object, by the resource that it is made of. */
  fieldsIn(object: JsonObject): readonly FedField[] {
    const index = indexOfNamesake(objectName(object), this.data.resources);
    return this.data.fields.filter((field) => field.resource === index);
  }

  /** Where the object that a resource becomes stands in {@link pairs}; -1 when it is not there. */
  indexOf(resource: PageResource): number {
    return indexOfNamesake(
      resource,
      this.pairs.map(({ after, before }) => objectName(after ?? before ?? {})),
    );
  }
}

function inOneOrder({ before, after, change }: Pair): Pair {
  if (before === undefined || after === undefined) return { before, after, change };
  return { before: reverted(after, change?.changes ?? []), after, change };
}

/** Objects of two sides, those that are one under two names together. */
export function pairsOf(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  live = false,
): readonly Pair[] {
  const changes = compare(before, after, { live });
  const known = new Map(
    changes.filter((change) => change.after !== undefined).map((change) => [identity(change.object), change]),
  );
  const left = new Map(before.map((object) => [identity(objectName(object)), object]));
  return [
    ...after.map((object): Pair => {
      const name = identity(objectName(object));
      const change = known.get(name);
      return { before: change === undefined ? left.get(name) : change.before, after: object, change };
    }),
    ...changes
      .filter((change) => change.after === undefined)
      .map((change): Pair => ({ before: change.before, after: undefined, change })),
  ];
}

/** The data that the page was written with. */
export function readData(): PageData {
  // It is what scripts/page/make.ts made.
  return JSON.parse(document.getElementById(DATA_ID)?.textContent ?? '') as PageData;
}
