import type { Json } from '../json/json.ts';
import { isObject, member } from '../json/tree.ts';
import type { Field } from '../kubernetes/types.ts';
import { elementStep, pathKey, type ElementStep } from './path.ts';

/** An element of a list, and by what it is known. */
export interface Element {
  readonly step: ElementStep;
  readonly value: Json;
}

/** What the server takes for a key that an element leaves out. Source: core/v1 SetDefaults_Container, _Service. */
const DEFAULT_KEYS: Readonly<Record<string, string>> = { protocol: 'TCP' };

/** What tells elements apart where Kubernetes does not say it: of custom resources, of lists that it only replaces. */
const FALLBACK = ['name'];

/**
 * The elements of a list by what tells them apart, which Kubernetes says or else their name does.
 *
 * @param field what Kubernetes knows of the list
 * @returns undefined when nothing tells them apart, or two are the same: then the list is one value
 */
export function elementsOf(
  list: readonly Json[],
  field: Field | undefined,
): ReadonlyMap<string, Element> | undefined {
  const keys = field?.keys ?? FALLBACK;
  const elements = new Map<string, Element>();
  for (const value of list) {
    const step = field?.set === true ? ofSet(value) : ofMap(value, keys, field?.keys !== undefined);
    if (step === undefined || elements.has(pathKey([step]))) return undefined;
    elements.set(pathKey([step]), { step, value });
  }
  return elements;
}

function ofSet(value: Json): ElementStep | undefined {
  return typeof value === 'string' ? elementStep([['', value]]) : undefined;
}

function ofMap(value: Json, keys: readonly string[], known: boolean): ElementStep | undefined {
  if (!isObject(value)) return undefined;
  if (!known && keys.some((key) => typeof member(value, key) !== 'string')) return undefined;
  return elementStep(keys.map((key) => [key, member(value, key) ?? DEFAULT_KEYS[key]] as const));
}
