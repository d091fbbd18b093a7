import { isScalar, Scalar } from 'yaml';
import { ChartError } from '../../errors.ts';
import type { Json } from '../../json/json.ts';
import { valueAt, type FoundField } from '../../recipe/field.ts';
import { holdsToken, instead, tokenPattern, type PartEntry } from '../../recipe/image-token.ts';
import type { Binding } from '../../recipe/resolve.ts';
import { escapeTemplate, goString, include, scalar, valuePath } from '../go-template.ts';
import { fail } from '../field-text.ts';
import { span, type Edit } from '../text-edit.ts';
import type { ChartForm, Names } from './form.ts';

/** A whole number in the place of a token of the field's own text. */
export const token: ChartForm<'token'> = {
  upstream: (entry): Json => entry.default ?? 0,
  schema: () => ({ type: 'integer' }),
  write: ({ entry }) => {
    throw new ChartError('BUG', `${entry.path}: a token is written into the text`);
  },
};

/** A part of a text and the value that stands for it. */
interface Part {
  readonly entry: PartEntry;
  /** What writes the value, as an expression without braces. */
  readonly expression: string;
}

/** The edit that fills in the tokens of one text, of all entries that have one there. */
export function fillTokens(
  bindings: readonly (Binding & { readonly entry: PartEntry })[],
  field: Binding['field'],
  names: Names,
): Edit {
  const [first] = bindings;
  if (first === undefined) throw new ChartError('BUG', 'A text without a token');
  if (!field.found) return fail(first.entry, field, 'is not there');
  const text = valueAt(field);
  for (const { entry } of bindings) if (!holdsToken(entry, text)) fail(entry, field, instead(entry, text));
  const parts = bindings.map((binding): Part => {
    const { entry } = binding;
    const expression =
      entry.form === 'image' ? include(names.of(binding), '.') : `${valuePath(entry.path)} | int64`;
    return { entry, expression };
  });
  const [start, end] = span(field.resource.text, field.value);
  const edited = canBeFilled(field, parts)
    ? inPlace(field.resource.text.slice(start, end), parts)
    : asExpression(String(text), parts);
  return { start, end, text: edited, column: 0 };
}

/**
 * Whether values can stand in the YAML text as it is. Numbers can anywhere; a reference, which may be empty,
 * only in a literal block, and there behind something else on its line.
 */
function canBeFilled({ value }: FoundField, parts: readonly Part[]): boolean {
  if (parts.every(({ entry }) => entry.form === 'token')) return true;
  if (!isScalar(value) || value.type !== Scalar.BLOCK_LITERAL) return false;
  return parts.every(
    ({ entry }) => !new RegExp(`^\\s*(?:${tokenPattern(entry)})`, 'm').test(String(value.value)),
  );
}

function inPlace(source: string, parts: readonly Part[]): string {
  return split(source, parts)
    .map((piece) =>
      typeof piece === 'string'
        ? // A brace in front of an expression would be of its mark.
          escapeTemplate(piece).replace(/\{$/, '{{ "{" }}')
        : `{{ ${piece.expression} }}`,
    )
    .join('');
}

/** The whole text by one expression, in quotes whatever the values are. */
function asExpression(text: string, parts: readonly Part[]): string {
  const pieces = split(text, parts).filter((piece) => piece !== '');
  const [only] = pieces;
  if (pieces.length === 1 && typeof only === 'object') return `{{ ${only.expression} | quote }}`;
  const format = pieces.map((piece) => (typeof piece === 'string' ? piece.replaceAll('%', '%%') : '%v'));
  const filled = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [`(${piece.expression})`]));
  return scalar(`printf ${goString(format.join(''))} ${filled.join(' ')}`, '');
}

/** The text around the tokens, and in their places what stands for them. */
function split(text: string, parts: readonly Part[]): readonly (string | Part)[] {
  const pattern = parts.map(({ entry }) => `(${tokenPattern(entry)})`).join('|');
  const pieces: (string | Part)[] = [];
  let done = 0;
  for (const { index, 0: found, ...groups } of text.matchAll(new RegExp(pattern, 'g'))) {
    const part = parts.find((_, i) => groups[i + 1] !== undefined);
    pieces.push(text.slice(done, index), ...(part === undefined ? [] : [part]));
    done = index + found.length;
  }
  return [...pieces, text.slice(done)];
}
