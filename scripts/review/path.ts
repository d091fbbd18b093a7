import { asText } from '../json/tree.ts';
import type { Json } from '../json/json.ts';
import { visible } from './visible.ts';

/** An element of a list by what tells it apart: the values of its keys; of a scalar its own, with the key ''. */
export interface ElementStep {
  readonly where: readonly (readonly [key: string, value: string])[];
}

/** A step into an object: a field's name, a key of a map, or an element of a list; never an index. */
export type Step = string | ElementStep;

export type Path = readonly Step[];

/** As kustomize writes it and a recipe takes it: `spec.template.spec.containers.[name=a].image`. */
export function showPath(path: Path): string {
  return visible(path.map(showStep).join('.'));
}

/** One step, a dot in a key escaped. */
function showStep(step: Step): string {
  return typeof step === 'string' ? step.replaceAll('.', String.raw`\.`) : `[${nameOf(step)}]`;
}

/** `name=a`, or the value itself of a scalar. */
function nameOf({ where }: ElementStep): string {
  return where.map(([key, value]) => `${key}=${value}`).join(',');
}

/** One path to one text. */
export function pathKey(path: Path): string {
  return JSON.stringify(path);
}

/** Whether one path is the other or lies inside it. */
export function overlap(a: Path, b: Path): boolean {
  return a.every((step, i) => i >= b.length || pathKey([step]) === pathKey([b[i] ?? '']));
}

/** The step of an element whose keys have these values. */
export function elementStep(
  where: readonly (readonly [key: string, value: Json | undefined])[],
): ElementStep {
  return { where: where.map(([key, value]) => [key, value === undefined ? '' : asText(value)] as const) };
}
