import { lostText } from '../chart/defaults.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { plainJson } from '../json/plain-json.ts';
import { isObject } from '../json/tree.ts';
import { objectType } from '../kubernetes/field.ts';
import { limitBelowRequest } from '../oracle/limits.ts';
import type { Draft, Holder, Left, Proposal, ValueKind } from './draft.ts';

/** A field of Kubernetes' own types that becomes a value as it is. */
export interface FieldRow {
  readonly kind: ValueKind;
  /** The field's name in its type. */
  readonly field: string;
  /** The value's name, where it is another. */
  readonly name?: string;
  readonly check?: 'limits';
  /** Kubernetes wants it: it is left alone where upstream does not have it, and never disappears. */
  readonly required?: true;
}

/** Where a row's field is looked for. */
export interface FieldPlace {
  /** Name of the Kubernetes type that has the field, for example `core.v1.Container`. */
  readonly type: string;
  readonly object: JsonObject;
  readonly holder: Holder;
  /** Path between the holder and the object, with its dot; '' when they are the same. */
  readonly inside?: string;
  /** Path of the value. */
  readonly path: string;
  readonly section: string;
  readonly workload: string;
  /** `Kind/name` and what else messages say of the place. */
  readonly what: string;
  /** The object is an element of a list, whose first key cannot disappear. */
  readonly inList?: true;
  /** The sibling behind which a new field is written. */
  readonly after?: string;
}

const EMPTY_OF: Readonly<Record<string, Json>> = {
  string: '',
  integer: 0,
  boolean: false,
  number: 0,
  'int-or-string': '',
};

/** The draft of one field of a Kubernetes type; nothing for a field that the type does not have. */
export function fieldDraft(row: FieldRow, place: FieldPlace): Proposal {
  const known = objectType(place.type)?.fields[row.field];
  if (known === undefined) return { drafts: [], left: [] };
  const { object, holder, inside = '', section, workload, after } = place;
  const isScalar = Object.hasOwn(EMPTY_OF, known.type);
  const isThere = Object.hasOwn(object, row.field);
  const value = object[row.field] ?? null;
  const refused = limitBelowRequest(value, row.field);
  const base = {
    kind: row.kind,
    path: place.path,
    section,
    workload,
    form: isScalar ? 'value' : 'yaml',
    ...(row.check !== undefined &&
      (refused === undefined
        ? { check: row.check }
        : { note: `Not checked: upstream's own ${refused}, which Kubernetes refuses.` })),
  } as const;
  const field = inside + row.field;
  if (!isThere) {
    if (row.required === true) return { drafts: [], left: [] };
    const none = isScalar ? EMPTY_OF[known.type] : known.type.startsWith('[]') ? [] : {};
    const spot = { holder, field, create: true, ...(after !== undefined && { after }) } as const;
    return one({ ...base, place: 'drop', default: none ?? '', spots: [spot] });
  }
  const why = unfit(value, known.type);
  if (why !== undefined) return { drafts: [], left: [leftAt(row.kind, place, row.field, why)] };
  const isMarked = place.inList === true && Object.keys(object)[0] === row.field;
  // Of what is empty, a number or a boolean, the empty one is a value like others.
  const stays =
    row.required === true || isEmpty(value) || (isScalar && typeof value !== 'string') || isMarked;
  return one({ ...base, place: stays ? 'replace' : 'drop', spots: [{ holder, field }] });
}

export function one(draft: Draft): Proposal {
  return { drafts: [draft], left: [] };
}

export function leftAt(
  kind: ValueKind,
  { what }: Pick<FieldPlace, 'what'>,
  field: string,
  why: string,
): Left {
  return { kind, what: `${what} ${field}`, why };
}

/** What is said of a text that the schema of every chart refuses. */
export const LOST =
  'ends with blank lines or wide spaces, or has unreadable characters, which no value brings along';

/** Why a value cannot be lifted as one of a type. */
function unfit(value: Json, type: string): string | undefined {
  if (holdsNull(value)) return 'it holds a null, which Helm 4 drops from values';
  const lost = lostText(value);
  if (lost !== undefined) return `a text in it, ${plainJson(lost.slice(-40))}, ${LOST}`;
  const fits = type.startsWith('[]')
    ? Array.isArray(value)
    : Object.hasOwn(EMPTY_OF, type)
      ? typeof value !== 'object'
      : isObject(value);
  return fits ? undefined : `it is no ${type}`;
}

export function holdsNull(value: Json): boolean {
  if (value === null) return true;
  return typeof value === 'object' && Object.values(value).some((inner: Json) => holdsNull(inner));
}

export function isEmpty(value: Json): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
