import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { ChartError } from '../errors.ts';
import { parseYaml, type YamlFile } from '../manifest/yaml.ts';
import recipeSchema from './recipe.schema.json' with { type: 'json' };
import { expandEntry, type Names, type WrittenEntry } from './expand.ts';
import { IMAGE_MEMBERS, type Entry } from './entry.ts';
import type { Recipe } from './types.ts';

/** The recipe's file, in the project. */
export const RECIPE_FILE = 'recipe.yaml';

/** recipe.yaml as it is written, before `values` and `additions` become one list. */
export interface RecipeFile extends Omit<Recipe, 'entries' | 'images' | 'mirror'> {
  /** Pins by the path of their value, and beside them `mirror`. */
  readonly images?: Recipe['images'] & { readonly mirror?: string };
  readonly names?: Names;
  readonly values: readonly WrittenEntry[];
  readonly additions?: readonly WrittenEntry[];
}

/**
 * Every command waits for this: the schema is held against its own schema by a test, and code that
 * runs once is not worth optimizing (together 17 of 40 ms).
 */
const AJV = {
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
  meta: false,
  validateSchema: false,
  code: { optimize: false },
} as const satisfies Options;

/** Made for the first recipe of a process. */
let validate: ValidateFunction | undefined;

/** As many as a person reads; a file of another kind has thousands. */
const MOST_FINDINGS = 20;

/**
 * Parses and checks recipe.yaml.
 *
 * @param file the name that messages show
 * @throws what {@link parseYaml} throws; RECIPE_INVALID with the lines of the findings
 */
export function parseRecipe(text: string, file: string): Recipe {
  const { data, placeOf } = parseYaml(text, file);
  validate ??= new Ajv(AJV).compile(recipeSchema);
  if (!validate(data)) {
    const findings = (validate.errors ?? []).filter(isOwnFinding);
    const shown = findings.slice(0, MOST_FINDINGS).map((error) => describe(error, placeOf));
    const more = findings.length - shown.length;
    throw new ChartError('RECIPE_INVALID', [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
  }
  const { values, additions = [], images = {}, names = {}, ...rest } = data as unknown as RecipeFile;
  const expanded = (list: string, entries: readonly WrittenEntry[]): readonly Entry[] =>
    entries.flatMap((entry, i) => expandEntry(entry, names, placeOf([list, i])));
  const entries = [...expanded('values', values), ...expanded('additions', additions)];
  const { mirror, ...pins } = images;
  refuseOverlap(entries);
  return { ...rest, ...(mirror !== undefined && { mirror }), images: pins, entries };
}

/** `if` only says that its branch failed; the branch says why. */
function isOwnFinding(error: ErrorObject): boolean {
  return error.keyword !== 'if';
}

function describe(error: ErrorObject, placeOf: YamlFile['placeOf']): string {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const params = error.params as Readonly<Record<string, unknown>>;
  const extra = params['additionalProperty'] ?? params['allowedValues'];
  const detail = extra === undefined ? '' : ` (${JSON.stringify(extra)})`;
  const message = error.keyword === 'false schema' ? 'does not go with this kind of entry' : error.message;
  return `${placeOf(path)}: ${path.join('.') || 'recipe'} ${message}${detail}`;
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** One value cannot be two: neither the same, nor a part of another, except beside an image's parts. */
function refuseOverlap(entries: readonly Entry[]): void {
  const seen = new Map<string, Entry>();
  for (const entry of entries) {
    const first = seen.get(entry.path);
    if (first !== undefined) {
      throw new ChartError(
        'RECIPE_INVALID',
        `${entry.at ?? ''}: an entry binds the value ${entry.path} already (${first.at ?? ''}); write one entry with both targets`,
      );
    }
    seen.set(entry.path, entry);
  }
  for (const entry of entries) {
    const outer = parents(entry.path)
      .map((path) => seen.get(path))
      .find((other) => other !== undefined);
    const part = entry.path.slice((outer?.path.length ?? 0) + 1);
    if (outer === undefined || (outer.form === 'image' && !IMAGE_MEMBERS.includes(part))) continue;
    throw new ChartError(
      'RECIPE_INVALID',
      `${entry.at ?? ''}: the value ${entry.path} is part of ${outer.path}, which another entry binds (${outer.at ?? ''})`,
      { hint: 'Give one of the two a path beside the other.' },
    );
  }
}

/** `a.b` and `a` of `a.b.c`. */
function parents(path: string): readonly string[] {
  const keys = path.split('.');
  return keys.slice(1).map((_, i) => keys.slice(0, keys.length - 1 - i).join('.'));
}
