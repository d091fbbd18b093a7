import { Ajv, type ErrorObject } from 'ajv';
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
  const validate = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false,
    strictTypes: false,
  }).compile(recipeSchema);
  if (!validate(data)) {
    const findings = (validate.errors ?? []).filter(isOwnFinding).map((error) => describe(error, doc, lines));
    throw new ChartError('RECIPE_INVALID', findings.map((finding) => `${file}:${finding}`).join('\n'));
  }
  const { values, additions = [], images = {}, ...rest } = doc.toJS() as RecipeFile;
  const entries = [...values, ...additions];
  const { mirror, ...pins } = images;
  refuseTwice(entries, file);
  return { ...rest, ...(mirror !== undefined && { mirror }), images: pins, entries };
}

/** `if` only says that its branch failed; the branch says why. */
function isOwnFinding(error: ErrorObject): boolean {
  return error.keyword !== 'if';
}

function describe(error: ErrorObject, doc: Document.Parsed, lines: LineCounter): string {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const node: unknown = doc.getIn(path, true);
  const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
  const params = error.params as Readonly<Record<string, unknown>>;
  const extra = params['additionalProperty'] ?? params['allowedValues'];
  const detail = extra === undefined ? '' : ` (${JSON.stringify(extra)})`;
  const message = error.keyword === 'false schema' ? 'does not go with this kind of entry' : error.message;
  return `${line}: ${path.join('.') || 'recipe'} ${message}${detail}`;
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function refuseTwice(entries: readonly Entry[], file: string): void {
  const seen = new Set<string>();
  for (const { path } of entries) {
    if (seen.has(path)) {
      throw new ChartError(
        'RECIPE_INVALID',
        `${file}: two entries bind the value ${path}; write one entry with both targets`,
      );
    }
    seen.add(path);
  }
}
