import { bindValues } from '../chart/templatize.ts';
import type { ChartError } from '../errors.ts';
import { parseYaml } from '../manifest/yaml.ts';
import type { Json } from '../json/json.ts';
import { asText, isObject } from '../json/tree.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { attempt } from '../recipe/drifts.ts';
import { editYaml, type YamlEdit } from '../recipe/edit.ts';
import { parseFieldPath, showSegment } from '../recipe/fieldpath.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import type { Lock } from '../recipe/lock.ts';
import { isLike } from '../recipe/nearest.ts';
import { isWorkload } from '../recipe/select.ts';
import { readWritten, wordsOf, type Word } from '../recipe/written.ts';

/** What is held against each other. */
export interface Holding {
  /** The text of recipe.yaml. */
  readonly recipe: string;
  /** Upstream's new one, with the project's own objects. */
  readonly manifest: Manifest;
  readonly lock: Lock;
}

/** Something of the recipe that does not fit the manifest, and the edit after which it does. */
export interface Drifted {
  readonly error: ChartError;
  /** Where in recipe.yaml, and what to write there; tried. */
  readonly mend: Mending | undefined;
}

export interface Mending {
  /** `recipe.yaml:LINE`. */
  readonly place: string;
  /** What of the file: a value and what of its entry, or a path. */
  readonly what: string;
  /** Undefined: it is new. */
  readonly before: string | undefined;
  /** Undefined: it goes. */
  readonly after: string | undefined;
}

/** Everything that does not fit, not the first. */
export function driftsOf({ recipe, manifest, lock }: Holding): readonly ChartError[] {
  return bindValues(manifest, parseRecipe(recipe, RECIPE_FILE), lock).drifts;
}

/** Everything that does not fit, each with the edit that was tried and mends it. */
export function mended(holding: Holding): readonly Drifted[] {
  const drifts = driftsOf(holding);
  if (drifts.length === 0) return [];
  const written = readWritten(holding.recipe, RECIPE_FILE);
  const words = wordsOf(written);
  return drifts.map((error) => {
    const edit = words
      .flatMap((word) => editFor(word, error))
      .find(({ path, to }) => {
        const left = attempt([], () => driftsOf(edited(holding, [{ path, to }])), drifts);
        return (
          left.length < drifts.length &&
          left.every(({ message }) => message !== error.message) &&
          // What another entry means already is not what this one meant.
          claims(left) <= claims(drifts)
        );
      });
    if (edit === undefined) return { error, mend: undefined };
    return { error, mend: mendingOf(holding.recipe, edit) };
  });
}

function claims(drifts: readonly ChartError[]): number {
  return drifts.filter(({ code }) => code === 'RECIPE_CLAIM').length;
}

/** The edit of a word that puts the nearest match in place of what is not there. */
function editFor(word: Word, { mend }: ChartError): readonly YamlEdit[] {
  if (mend === undefined) return [];
  const { kind, at, text } = word;
  if (kind === 'kind' && !(isWorkload(mend.from) && isWorkload(mend.to))) return [];
  if (kind === 'kind' || kind === 'name' || kind === 'namespace')
    return text === mend.from ? [{ path: at, to: mend.to }] : [];
  if (kind === 'item') {
    const [from, to] = [valueIn(mend.from), valueIn(mend.to)];
    return from === text && to !== undefined ? [{ path: at, to }] : [];
  }
  // Names are chosen freely; a field that is another means another thing.
  if (!mend.from.startsWith('[') && !isLike(mend.from, mend.to)) return [];
  const parts = parseFieldPath(text).map(showSegment);
  if (!parts.includes(mend.from)) return [];
  return [{ path: at, to: parts.map((part) => (part === mend.from ? mend.to : part)).join('.') }];
}

function valueIn(segment: string): string | undefined {
  return /^\[[^=]+=(.*)\]$/.exec(segment)?.[1];
}

/** The holding with its recipe changed. */
export function edited(holding: Holding, edits: readonly YamlEdit[]): Holding {
  return { ...holding, recipe: editYaml(holding.recipe, RECIPE_FILE, edits) };
}

/** An edit as a person reads it. */
export function mendingOf(recipe: string, { path, to, isNew }: YamlEdit): Mending {
  const { data, placeOf } = parseYaml(recipe, RECIPE_FILE);
  const at = (end: number): Json =>
    path
      .slice(0, end)
      .reduce<Json>((node, key) => (node as Readonly<Record<string | number, Json>>)[key] ?? null, data);
  const entry = at(2);
  // Of an entry its value says more than its index.
  const value =
    isObject(entry) && typeof path[1] === 'number' ? [asText(entry['path']), ...path.slice(2)] : path;
  const before = isNew === true ? undefined : asText(at(path.length));
  return { place: placeOf(path), what: value.join(' '), before, after: to };
}
