import { isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import { ChartError } from '../errors.ts';
import type { Resource } from '../manifest/manifest.ts';
import { escapeKey, showSegment, type Segment } from './fieldpath.ts';
import { nearest } from './nearest.ts';
import { keyText, placeOf, type Step } from './node.ts';

/** What a field path is looked for in, and for whom. */
export interface Wanted {
  /** The entry, as messages name it. */
  readonly whose: string;
  readonly fieldPath: string;
  readonly resource: Resource;
}

type Match = Extract<Segment, { type: 'match' }>;

/** Says why a step of a field path leads nowhere: what is there instead, where, and what is nearest. */
export function noMatch({ whose, fieldPath, resource }: Wanted, step: Step, segment: Segment): ChartError {
  const at = step.path.map((part) => escapeKey(String(part))).join('.') || 'the document';
  const { words, guess } = lack(step, segment);
  return new ChartError(
    'RECIPE_SELECTOR',
    `${whose}: ${fieldPath} matches nothing in ${resource.kind}/${resource.name}: ` +
      `${at} (${placeOf(resource, step.key ?? step.node)}) ${words}${guess === undefined ? '' : `; the nearest is ${guess}`}`,
    guess === undefined ? {} : { mend: { from: showSegment(segment), to: guess } },
  );
}

/** Says which elements a `[field=value]` means, when there are several. */
export function ambiguous(
  { whose, fieldPath, resource }: Wanted,
  steps: readonly Step[],
  { field, value }: Match,
): ChartError {
  const places = steps.map(({ node }) => placeOf(resource, node)).join(', ');
  return new ChartError(
    'RECIPE_SELECTOR',
    `${whose}: ${fieldPath}: [${field}=${value}] matches several elements of ${resource.kind}/${resource.name}: ${places}`,
    { hint: 'Name the element by a field that is unique, or by its index.' },
  );
}

/** What is there instead, and the segment that would match. */
interface Lack {
  readonly words: string;
  readonly guess?: string | undefined;
}

function lack({ node }: Step, segment: Segment): Lack {
  if (isMap(node)) return lackOfMap(node, segment);
  if (isSeq(node)) return lackOfList(node, segment);
  if (isScalar(node) && node.value === null) return { words: 'is empty' };
  return { words: 'is a single value, without fields' };
}

function lackOfMap(map: YAMLMap, segment: Segment): Lack {
  if (segment.type === 'all') return { words: 'is an empty map' };
  if (segment.type === 'match')
    return { words: `is a map, not a list for [${segment.field}=${segment.value}]` };
  return { words: `has no ${segment.key}`, guess: guessOf(segment.key, map.items.map(keyText), escapeKey) };
}

function lackOfList(list: YAMLSeq, segment: Segment): Lack {
  if (segment.type === 'all') return { words: 'is an empty list' };
  const maps = list.items.filter(isMap);
  if (segment.type === 'key') return lackOfElement(segment.key, list, maps);
  const { field, value } = segment;
  const show = (guess: string): string => `[${field}=${guess}]`;
  const values = maps.flatMap((item) => (item.has(field) ? [String(item.get(field))] : []));
  if (values.length > 0) return { words: `has no ${show(value)}`, guess: guessOf(value, values, show) };
  const fields = maps.flatMap((item) => item.items.map(keyText));
  return {
    words: `has no element with the field ${field}`,
    guess: guessOf(field, fields, (guess) => `[${guess}=${value}]`),
  };
}

/** A key where a list is: mostly the value of a field by which an element could be named. */
function lackOfElement(key: string, list: YAMLSeq, maps: readonly YAMLMap[]): Lack {
  if (/^\d+$/.test(key)) return { words: `has no element ${key}; it has ${list.items.length}` };
  const named = maps.flatMap((item) =>
    item.items.flatMap((pair) => {
      const value = isScalar(pair.value) ? pair.value.value : undefined;
      return typeof value === 'string' ? [{ field: keyText(pair), value }] : [];
    }),
  );
  const field = named.find(({ value }) => value === key)?.field ?? 'name';
  const values = named.filter((other) => other.field === field).map(({ value }) => value);
  return {
    words: `is a list, so ${key} means nothing in it`,
    guess: guessOf(key, values, (guess) => `[${field}=${guess}]`),
  };
}

function guessOf(
  wanted: string,
  candidates: readonly string[],
  show: (guess: string) => string,
): string | undefined {
  const guess = nearest(wanted, candidates);
  return guess === undefined ? undefined : show(guess);
}
