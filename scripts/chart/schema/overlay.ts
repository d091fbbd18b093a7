import type { Json, JsonObject } from '../../json/json.ts';
import { equalJson, isObject, member } from '../../json/tree.ts';
import { admits, listed, type Lookup } from './admits.ts';
import { ANNOTATIONS, groupOf, hasType, implies, propertiesOf } from './implies.ts';

/** Something that the overlay says and should not. */
export interface OverlayFault {
  readonly rule: 'schema/looser' | 'schema/missing' | 'schema/twice' | 'schema/unbound';
  /** Path of the value. */
  readonly place: string;
  readonly message: string;
  readonly hint: string;
}

/** What stays the same on the way through both schemas. */
interface Laying {
  readonly lookup: Lookup;
  readonly faults: OverlayFault[];
}

/** Where in both schemas. */
interface Spot extends Laying {
  readonly path: string;
  /** Whether a reference has led here: what is shared says again what another place needs. */
  readonly isShared: boolean;
  /** The references that lead to here: types that hold themselves would never end. */
  readonly trail: readonly string[];
}

/**
 * The derived schema with what the overlay says more: descriptions and limits. Whatever the overlay says,
 * the result takes nothing that the derived schema does not take.
 *
 * @param lookup finds the definitions of both
 */
export function overlaid(
  derived: JsonObject,
  overlay: JsonObject,
  lookup: Lookup,
): { readonly schema: JsonObject; readonly faults: readonly OverlayFault[] } {
  const faults: OverlayFault[] = [];
  return { schema: both(derived, overlay, { lookup, faults, path: '', isShared: false, trail: [] }), faults };
}

/** A schema that takes what both take. */
function both(derived: JsonObject, overlay: JsonObject, spot: Spot): JsonObject {
  const { lookup, trail } = spot;
  const { $ref } = overlay;
  if (typeof $ref === 'string') {
    const target = lookup($ref);
    const step = JSON.stringify([derived['$ref'] ?? null, $ref]);
    if (!isObject(target) || trail.includes(step)) return allOf(derived, overlay);
    const isDescribed = target['description'] !== undefined;
    const said = { ...(!isDescribed && annotations(derived)), ...annotations(overlay) };
    const rest = unsaid(derived, target, lookup);
    if (Object.keys(rest).length === 0) return { ...said, $ref };
    // What is wrong in a shared part is found, also where it stays apart.
    const joined = both(derived, target, { ...spot, isShared: true, trail: [...trail, step] });
    // What has members is told with them.
    const isApart =
      derived['properties'] === undefined &&
      rest['$ref'] === undefined &&
      rest['additionalProperties'] === undefined;
    return { ...said, ...(isApart ? allOf(rest, { $ref }) : joined), ...annotations(overlay) };
  }
  if (Object.keys(overlay).every((keyword) => ANNOTATIONS.has(keyword))) return { ...derived, ...overlay };
  if (typeof derived['$ref'] === 'string') {
    const target = lookup(derived['$ref']);
    if (implies(overlay, target ?? true, lookup)) return { ...annotations(derived), ...overlay };
    return both({ ...(isObject(target) && target), ...annotations(derived) }, overlay, spot);
  }
  return flat(derived, overlay, spot);
}

/** Both schemas, of which neither is a reference, keyword by keyword. */
function flat(derived: JsonObject, overlay: JsonObject, spot: Spot): JsonObject {
  const { lookup } = spot;
  tellValues(derived, overlay, spot);
  const said = { ...annotations(derived), ...annotations(overlay) };
  const result: Record<string, Json> = { ...said, ...derived, ...said };
  const apart: Record<string, Json> = {};
  for (const [keyword, wanted] of Object.entries(overlay)) {
    if (ANNOTATIONS.has(keyword) || keyword === 'allOf' || Object.hasOwn(apart, keyword)) continue;
    const own = derived[keyword];
    const collides = groupOf(keyword).some((key) => derived[key] !== undefined);
    if (own !== undefined && !isClosing(keyword, derived, overlay)) tellTwice(keyword, own, wanted, spot);
    if (!collides) result[keyword] = wanted;
    else if (isOfMembers(keyword) && canJoin(derived, overlay)) continue;
    else if (equalJson(own, wanted) && groupOf(keyword).length === 1) continue;
    else {
      const joined = own === undefined ? undefined : join(keyword, own, wanted, spot);
      if (joined !== undefined) result[keyword] = joined;
      else for (const key of groupOf(keyword)) if (overlay[key] !== undefined) apart[key] = overlay[key];
    }
  }
  if (canJoin(derived, overlay)) Object.assign(result, members(derived, overlay, spot));
  const parts = listed(overlay['allOf']).filter((part) => !implies(derived, part, lookup));
  for (const part of parts) if (isObject(part)) both(derived, part, { ...spot, isShared: true });
  const more = [...parts, ...(Object.keys(apart).length > 0 ? [apart] : [])];
  return more.length === 0 ? result : { ...result, allOf: [...listed(derived['allOf']), ...more] };
}

/** Whether members that the derived schema names are refused. */
function isClosing(keyword: string, derived: JsonObject, overlay: JsonObject): boolean {
  const named = propertiesOf(overlay);
  return (
    keyword === 'additionalProperties' &&
    Object.keys(propertiesOf(derived)).some((key) => !Object.hasOwn(named, key))
  );
}

/** Whether a schema is that of a value of the recipe: it has a description, a field of a type has none. */
function isValue(schema: Json): boolean {
  return isObject(schema) && schema['description'] !== undefined;
}

function isOfMembers(keyword: string): boolean {
  return groupOf('properties').includes(keyword);
}

/** Whether members can be told one by one. */
function canJoin(derived: JsonObject, overlay: JsonObject): boolean {
  return derived['patternProperties'] === undefined && overlay['patternProperties'] === undefined;
}

/** The value of a keyword that says what both say; undefined when none does. */
function join(keyword: string, own: Json, wanted: Json, spot: Spot): Json | undefined {
  switch (keyword) {
    case 'type': {
      const types = listed(wanted).filter((type) => hasType(own, type));
      return types.length === 0 ? undefined : types.length === 1 ? types[0] : types;
    }
    case 'enum': {
      const values = listed(wanted).filter((value) => listed(own).some((one) => equalJson(one, value)));
      return values.length === 0 ? undefined : values;
    }
    case 'required':
      return [...new Set([...listed(own), ...listed(wanted)])];
    case 'minimum':
    case 'minLength':
    case 'minProperties':
      return Math.max(Number(own), Number(wanted));
    case 'maximum':
    case 'maxLength':
    case 'maxProperties':
      return Math.min(Number(own), Number(wanted));
    case 'pattern':
      return implies({ pattern: wanted }, { pattern: own }, spot.lookup) ? wanted : undefined;
    case 'items':
      return isObject(own) && isObject(wanted)
        ? both(own, wanted, { ...spot, path: `${spot.path}[]` })
        : undefined;
    default:
      return undefined;
  }
}

/** The members of both, by name; the overlay's order comes first. */
function members(derived: JsonObject, overlay: JsonObject, spot: Spot): JsonObject {
  const ours = propertiesOf(derived);
  const theirs = propertiesOf(overlay);
  const { additionalProperties: open = true } = derived;
  const { additionalProperties: closed = true } = overlay;
  const of = (key: string): readonly (readonly [string, Json])[] => {
    const at = { ...spot, path: spot.path === '' ? key : `${spot.path}.${key}` };
    const own = member(ours, key) ?? open;
    const wanted = member(theirs, key) ?? closed;
    if (own === false && wanted !== false) at.faults.push(unbound(at.path));
    if (wanted === false && isValue(own)) at.faults.push(missing(at.path));
    const joined = schemaOfBoth(own, wanted, at);
    return joined === false && (open === false || closed === false) ? [] : [[key, joined]];
  };
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  const rest = schemaOfBoth(open, closed, { ...spot, path: `${spot.path}.*` });
  return {
    ...(names.length > 0 && { properties: Object.fromEntries(names.flatMap(of)) }),
    ...(rest !== true && { additionalProperties: rest }),
  };
}

function schemaOfBoth(own: Json, wanted: Json, spot: Spot): Json {
  if (own === false || wanted === false) return false;
  if (!isObject(own)) return wanted;
  return isObject(wanted) ? both(own, wanted, spot) : own;
}

/** What a derived schema says that another does not say itself. */
function unsaid(derived: JsonObject, target: JsonObject, lookup: Lookup): JsonObject {
  const said = (keyword: string): boolean => {
    const group = groupOf(keyword).flatMap((key) =>
      derived[key] === undefined ? [] : [[key, derived[key]]],
    );
    return implies(target, Object.fromEntries(group) as JsonObject, lookup);
  };
  return Object.fromEntries(
    Object.entries(derived).filter(([keyword]) => !ANNOTATIONS.has(keyword) && !said(keyword)),
  );
}

function allOf(derived: JsonObject, part: JsonObject): JsonObject {
  const { allOf: own, ...rest } = derived;
  if (typeof rest['$ref'] === 'string') return { allOf: [rest, part] };
  return { ...rest, allOf: [...listed(own), part] };
}

function annotations(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => ANNOTATIONS.has(keyword) && keyword !== 'definitions'),
  );
}

/** Tells which types and values the overlay takes that the derived schema does not take. */
function tellValues(derived: JsonObject, overlay: JsonObject, { path, faults, lookup }: Spot): void {
  const { type, enum: allowed, const: only } = overlay;
  const tell = (what: string, hint: string): void => {
    faults.push({ rule: 'schema/looser', place: path, message: `values.schema.json takes ${what}`, hint });
  };
  const own = derived['type'];
  if (type !== undefined && own !== undefined)
    for (const name of listed(type).filter((one) => !hasType(own, one)))
      tell(
        `${article(String(name))}, and what it feeds takes ${listed(own).join(' or ')}`,
        'Drop the type: it follows from the field.',
      );
  for (const value of [...listed(allowed), ...(only === undefined ? [] : [only])])
    if (!admits(derived, value, lookup))
      tell(`${JSON.stringify(value)}, which what it feeds does not take`, 'Drop the value.');
}

function tellTwice(keyword: string, own: Json, wanted: Json, { path, faults, isShared }: Spot): void {
  if (isShared || !isSame(keyword, own, wanted)) return;
  faults.push({
    rule: 'schema/twice',
    place: path || 'the root',
    message: `values.schema.json says ${keyword}, which follows from recipe.yaml`,
    hint: 'Drop it there.',
  });
}

function isSame(keyword: string, own: Json, wanted: Json): boolean {
  if (keyword === 'properties' || isObject(wanted)) return false;
  if (!Array.isArray(wanted) || !Array.isArray(own)) return equalJson(own, wanted);
  if (keyword === 'required') return wanted.every((key: Json) => own.includes(key));
  return (
    wanted.length === own.length &&
    wanted.every((one: Json) => own.some((other: Json) => equalJson(one, other)))
  );
}

function unbound(place: string): OverlayFault {
  return {
    rule: 'schema/unbound',
    place,
    message: 'values.schema.json describes it, but nothing in the chart reads it',
    hint: 'Bind it in recipe.yaml or drop it.',
  };
}

function missing(place: string): OverlayFault {
  return {
    rule: 'schema/missing',
    place,
    message: 'recipe.yaml binds it, and values.schema.json refuses it',
    hint: 'Add the property to values.schema.json, or drop additionalProperties there.',
  };
}

function article(name: string): string {
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}
