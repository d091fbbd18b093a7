import type { Json, JsonObject } from '../json/json.ts';
import { asText, equalJson, getPath, isObject, listOf, member, objectsIn } from '../json/tree.ts';
import type { Change } from './differences.ts';
import type { Path } from './path.ts';

/**
 * What a CustomResourceDefinition takes away from those who use it: versions, and fields, which the server
 * drops where the schema does not know them, and does not say that it keeps them.
 *
 * @param crd as it is after the change
 */
export function lostOf({ path, kind, before, after }: Change, crd: JsonObject): readonly string[] {
  const [, , version, ...rest] = path;
  if (path[1] !== 'versions' || version === undefined) return [];
  if (kind === 'renamed' && rest.length === 1) return [`version ${asText(before)}`];
  if (kind === 'removed' && rest.length === 0) return [`version ${versionName(version)}`];
  if (rest[0] === 'served' && after === false) return [`version ${versionName(version)}, no more served`];
  if (kind !== 'removed') return [];
  // A property may be called as the keyword is.
  const isAll = rest.at(-1) === 'properties' && rest.at(-2) !== 'properties' && isObject(before);
  const isOne = !isAll && rest.at(-2) === 'properties';
  if (keepsUnknown(crd, version, rest.slice(0, isAll ? -1 : -2))) return [];
  const fields = isAll ? Object.keys(before).map((key) => [...rest, key]) : isOne ? [rest] : [];
  return fields.map((field) => `field ${fieldName(field)} of what is stored`);
}

/** Whether the schema at a place of a version says that fields stay which it does not know. */
function keepsUnknown(crd: JsonObject, version: Path[number], place: Path): boolean {
  const found = objectsIn(getPath(crd, 'spec.versions')).find((one) => one['name'] === versionName(version));
  const schema = place.reduce<Json | undefined>(
    (at, step) => (isObject(at) && typeof step === 'string' ? member(at, step) : undefined),
    found,
  );
  return isObject(schema) && schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** Keywords that take less when there is one, or another one. */
const TIGHTER: ReadonlySet<string> = new Set([
  'type',
  'pattern',
  'format',
  'multipleOf',
  'x-kubernetes-validations',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
]);
/** In place of which there is more room. */
const WIDER: ReadonlySet<string> = new Set(['integer number', 'int32 int64', 'float double']);
const UPPER: ReadonlySet<string> = new Set(['maximum', 'maxLength', 'maxItems', 'maxProperties']);
const LOWER: ReadonlySet<string> = new Set(['minimum', 'minLength', 'minItems', 'minProperties']);

/** What a CustomResourceDefinition refuses that it took before. */
export function refusedBy(change: Change): readonly string[] {
  const { before, after } = change;
  const path = keywordAt(change.path);
  const key = path.at(-1);
  // A property may be called as a keyword is.
  if (
    path[1] !== 'versions' ||
    path[3] !== 'schema' ||
    typeof key !== 'string' ||
    path.at(-2) === 'properties'
  )
    return [];
  const where = fieldName(path.slice(3, -1));
  // That is its controller's to write.
  if (where === 'status' || where.startsWith('status.')) return [];
  const at = where === '' ? '' : ` of ${where}`;
  if (key === 'required') {
    const fresh = listOf(after).filter((name) => !listOf(before).some((one) => equalJson(one, name)));
    return fresh.map((name) => `objects without ${where === '' ? '' : `${where}.`}${asText(name)}`);
  }
  if (key === 'enum') {
    if (after === undefined) return [];
    if (before === undefined) return [`other values${at} than ${listOf(after).map(asText).join(', ')}`];
    const gone = listOf(before).filter((value) => !listOf(after).some((one) => equalJson(one, value)));
    return gone.map((value) => `${asText(value)}${at}`);
  }
  const isTighter =
    (TIGHTER.has(key) && after !== undefined && !WIDER.has(`${asText(before)} ${asText(after)}`)) ||
    (key === 'nullable' && before === true && after !== true) ||
    (UPPER.has(key) && isNumber(after) && !(isNumber(before) && before <= after)) ||
    (LOWER.has(key) && isNumber(after) && !(isNumber(before) && before >= after)) ||
    (key === 'additionalProperties' && after === false) ||
    (key === 'x-kubernetes-preserve-unknown-fields' && before === true);
  return isTighter ? [`another ${key}${at}`] : [];
}

/** Where the keyword is that changes; a rule of `x-kubernetes-validations` is an element that its text tells apart. */
function keywordAt(path: Path): Path {
  if (typeof path.at(-1) === 'object') return path.slice(0, -1);
  return path.at(-1) === 'rule' && typeof path.at(-2) === 'object' ? path.slice(0, -2) : path;
}

/** The field that a place in a schema describes, for example `spec.list[].name`. */
function fieldName(path: Path): string {
  return path
    .flatMap((step, i) => {
      if (path[i - 1] === 'properties' && typeof step === 'string') return [`.${step}`];
      return step === 'items' ? ['[]'] : step === 'additionalProperties' ? ['.*'] : [];
    })
    .join('')
    .slice(1);
}

function versionName(step: Path[number]): string {
  return typeof step === 'string' ? step : step.where.map(([, value]) => value).join();
}

function isNumber(value: Json | undefined): value is number {
  return typeof value === 'number';
}
