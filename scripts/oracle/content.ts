import type { Json } from '../json/json.ts';
import { asText, equalJson, isObject } from '../json/tree.ts';
import type { EntryOf, Target } from '../recipe/entry.ts';
import type { ChartIdentity } from '../recipe/types.ts';
import type { Release } from './context.ts';

/** What fixed content may name. */
export interface Facts {
  readonly chart: ChartIdentity;
  readonly release: Release;
}

const VALUE = '$value';

/** Content of an entry at a target. */
export function contentOf(entry: EntryOf<'content'>, target: Target): Json {
  return target.content ?? entry.content ?? null;
}

/** Content with the value in the place of every `$value`, and the release's facts in that of their tokens. */
export function filled(content: Json, value: Json, facts: Facts): Json {
  if (content === VALUE) return value;
  if (typeof content === 'string') {
    // Split first: what looks like a token in the value is none.
    return content
      .split(VALUE)
      .map((part) => named(part, facts))
      .join(asText(value));
  }
  if (Array.isArray(content)) return content.map((item: Json) => filled(item, value, facts));
  if (!isObject(content)) return content;
  return Object.fromEntries(
    Object.entries(content).map(([key, inner]) => [key, filled(inner, value, facts)]),
  );
}

function named(text: string, { chart, release }: Facts): string {
  return text
    .replaceAll('{release.name}', () => release.name)
    .replaceAll('{release.namespace}', () => release.namespace)
    .replaceAll('{chart.name}', () => chart.name)
    .replaceAll('{chart.version}', () => chart.version);
}

/** What stands in a text in the place of the content's first `$value`. */
function valueIn(content: string, text: string): string | undefined {
  const [before = '', ...after] = content.split(VALUE);
  const length = (text.length - before.length - after.join('').length) / after.length;
  return Number.isInteger(length) && length >= 0
    ? text.slice(before.length, before.length + length)
    : undefined;
}

/**
 * The value with which content is what upstream has; undefined when no value is.
 *
 * @param ifNone the value that switches content on in which no `$value` stands
 */
export function valueOf(content: Json, actual: Json, ifNone: Json): Json | undefined {
  const found: Json[] = [];
  if (!fits(content, actual, found)) return undefined;
  const [first = ifNone, ...others] = found;
  return others.every((other) => equalJson(other, first)) ? first : undefined;
}

function fits(content: Json, actual: Json | undefined, found: Json[]): boolean {
  if (actual === undefined) return false;
  if (content === VALUE) return found.push(actual) > 0;
  if (typeof content === 'string' && content.includes(VALUE)) {
    const value = typeof actual === 'string' ? valueIn(content, actual) : undefined;
    return value !== undefined && content.replaceAll(VALUE, () => value) === actual && found.push(value) > 0;
  }
  if (Array.isArray(content)) {
    if (!Array.isArray(actual) || actual.length !== content.length) return false;
    return content.every((item: Json, i) => fits(item, actual[i] as Json, found));
  }
  if (!isObject(content)) return equalJson(content, actual);
  if (!isObject(actual) || Object.keys(actual).length !== Object.keys(content).length) return false;
  return Object.entries(content).every(([key, inner]) => fits(inner, actual[key], found));
}
