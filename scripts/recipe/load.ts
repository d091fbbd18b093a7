import { Ajv, type ErrorObject, type Options } from 'ajv';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { ChartError } from '../errors.ts';
import recipeSchema from './recipe.schema.json' with { type: 'json' };
import type { Entry, Recipe } from './types.ts';

/** recipe.yaml as it is written, before `values` and `additions` become one list. */
interface RecipeFile extends Omit<Recipe, 'entries' | 'images' | 'mirror'> {
  /** Pins by the path of their value, and beside them `mirror`. */
  readonly images?: Recipe['images'] & { readonly mirror?: string };
  readonly values: readonly Entry[];
  readonly additions?: readonly Entry[];
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

/**
 * Parses and checks recipe.yaml.
 *
 * @param file the name that messages show
 * @throws RECIPE_INVALID with the line and all findings
 */
export function parseRecipe(text: string, file: string): Recipe {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines });
  const syntax = doc.errors[0];
  if (syntax !== undefined) throw new ChartError('RECIPE_INVALID', `${file}: ${syntax.message}`);
  const data: unknown = doc.toJS();
  const validate = new Ajv(AJV).compile(recipeSchema);
  if (!validate(data)) {
    const findings = (validate.errors ?? []).filter(isOwnFinding).map((error) => describe(error, doc, lines));
    throw new ChartError('RECIPE_INVALID', findings.map((finding) => `${file}:${finding}`).join('\n'));
  }
  const numbered = (list: string, entries: readonly Entry[]): readonly Entry[] =>
    entries.map((entry, i) => ({ ...entry, at: `${file}:${lineIn(doc, [list, i], lines)}` }));
  const { values, additions = [], images = {}, ...rest } = doc.toJS() as RecipeFile;
  const entries = [...numbered('values', values), ...numbered('additions', additions)];
  const { mirror, ...pins } = images;
  refuseTwice(entries);
  return { ...rest, ...(mirror !== undefined && { mirror }), images: pins, entries };
}

/** `if` only says that its branch failed; the branch says why. */
function isOwnFinding(error: ErrorObject): boolean {
  return error.keyword !== 'if';
}

function describe(error: ErrorObject, doc: Document.Parsed, lines: LineCounter): string {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const line = lineIn(doc, path, lines);
  const params = error.params as Readonly<Record<string, unknown>>;
  const extra = params['additionalProperty'] ?? params['allowedValues'];
  const detail = extra === undefined ? '' : ` (${JSON.stringify(extra)})`;
  const message = error.keyword === 'false schema' ? 'does not go with this kind of entry' : error.message;
  return `${line}: ${path.join('.') || 'recipe'} ${message}${detail}`;
}

/** The line on which the node at a path begins; 1 when there is none. */
function lineIn(doc: Document.Parsed, path: readonly (string | number)[], lines: LineCounter): number {
  const node: unknown = doc.getIn(path, true);
  return isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function refuseTwice(entries: readonly Entry[]): void {
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
}
