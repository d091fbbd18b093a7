import semver from 'semver';
import { ChartError } from '../errors.ts';
import { groupBy } from '../json/group-by.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { equalJson, getPath, isObject, member, treeOf } from '../json/tree.ts';
import { compare, type ObjectChange } from '../review/compare.ts';
import { marksOf, type MarkKind } from '../review/marks.ts';
import { lastingName, showObject, type ObjectName } from '../review/object-name.ts';
import { LEVELS, type Level, type Reason } from './reason.ts';
import { schemaChanges } from './schema-changes.ts';

/** A version of a chart, as far as its users have it. */
export interface ChartVersion {
  readonly version: string;
  /** values.schema.json. */
  readonly schema: JsonObject;
  /** values.yaml. */
  readonly defaults: JsonObject;
  /** What the defaults render. */
  readonly objects: readonly JsonObject[];
}

/** A chart that can still be tried. */
export interface ChartState extends ChartVersion {
  /** Paths of the values that entries bind; `isImage` where the value is an image. */
  readonly values: readonly { readonly path: string; readonly isImage: boolean }[];
  /** What a user's values render; throws VALUES_REFUSED. */
  readonly render: (own: JsonObject) => readonly JsonObject[];
}

/** The version that comes next, and why. */
export interface NextVersion {
  readonly version: string;
  readonly level: Level;
  /** The weightiest first. */
  readonly reasons: readonly Reason[];
}

/**
 * The next version of a chart by semantic versioning. Major: a value that is gone or takes less, a
 * default that is another and so restarts pods or loses something, a field that cannot be changed in
 * place, something that goes. Minor: a new value or field, more rights. Patch: all else, an image of
 * its own too: to run it is what a new version is for. Below 1.0.0 what would be major is minor.
 */
export function nextVersion(old: ChartVersion, now: ChartState): NextVersion {
  const reasons = [
    ...schemaChanges(old.schema, now.schema),
    ...defaultChanges(old, now),
    ...objectChanges(old, now),
  ];
  const sorted = LEVELS.flatMap((level) => reasons.filter((reason) => reason.level === level));
  const level = sorted[0]?.level ?? 'patch';
  const isEarly = semver.major(old.version) === 0;
  const step = isEarly ? (level === 'major' ? 'minor' : 'patch') : level;
  const version = semver.inc(old.version, step);
  if (version === null) throw new ChartError('BUG', `${old.version} is no version`);
  return { version, level, reasons: sorted };
}

/** What a default does that is another: found out by taking back that one alone. */
function defaultChanges(old: ChartVersion, now: ChartState): readonly Reason[] {
  const paths = new Set(now.values.map(({ path }) => path));
  return now.values.flatMap(({ path, isImage }): readonly Reason[] => {
    const [before, after] = [old.defaults, now.defaults].map((values) => {
      const value = getPath(values, path);
      if (!isObject(value)) return value;
      // What another entry binds below it (image.pullPolicy) is told there.
      return Object.fromEntries(Object.entries(value).filter(([key]) => !paths.has(`${path}.${key}`)));
    });
    if (before === undefined || after === undefined || equalJson(before, after)) return [];
    if (isImage) return [{ level: 'patch', text: `the image ${path} is another` }];
    const does = effects(() => compare(now.render(treeOf([[path, backTo(before, after)]])), now.objects));
    if (does === undefined) return [{ level: 'major', text: `the old default of ${path} is refused` }];
    const serious = (['restarts', 'lost', 'immutable'] as const).filter((kind) => does.has(kind));
    const words = serious.map((kind) => EFFECTS[kind]).join(', ');
    return [
      serious.length === 0
        ? { level: 'patch', text: `the default of ${path} is another` }
        : { level: 'major', text: `the default of ${path} is another: ${words}` },
    ];
  });
}

const EFFECTS = {
  restarts: 'it restarts pods',
  lost: 'it loses something',
  immutable: 'it cannot be changed in place',
} as const satisfies Partial<Record<MarkKind, string>>;

/** Undefined when the values are refused. */
function effects(changes: () => readonly ObjectChange[]): ReadonlySet<MarkKind> | undefined {
  try {
    return new Set(
      changes()
        .filter((one) => !runsAgain(one))
        .flatMap((one) => one.changes.flatMap((change) => marksOf(change, one).map(({ kind }) => kind))),
    );
  } catch (error) {
    if (error instanceof ChartError && error.code === 'VALUES_REFUSED') return undefined;
    throw error;
  }
}

/** The user's value that makes the old default of the new one: null takes a key back. */
function backTo(old: Json, now: Json): Json {
  if (!isObject(old) || !isObject(now)) return old;
  const kept = Object.entries(old).map(([key, value]): readonly [string, Json] => {
    const other = member(now, key);
    return [key, other === undefined ? value : backTo(value, other)];
  });
  const fresh = Object.keys(now).filter((key) => !Object.hasOwn(old, key));
  return Object.fromEntries([...kept, ...fresh.map((key) => [key, null] as const)]);
}

/** What becomes of the objects of who has no values of their own. */
function objectChanges(old: ChartVersion, now: ChartState): readonly Reason[] {
  return compare(old.objects, now.objects).flatMap((one) => {
    const name = showObject(one.object);
    const again = runsAgain(one) ? [`${name} takes the place of ${one.was.name}`] : [];
    const marks = one.changes
      .flatMap((change) => marksOf(change, one))
      .filter(({ kind }) => again.length === 0 || kind !== 'lost');
    const marked = [...groupBy(marks, ({ kind }) => kind)].flatMap(([kind, own]): readonly Reason[] => {
      const whats = [...new Set(own.map(({ what }) => what))].filter((what) => what !== '' && what !== name);
      const level = MARKED[kind];
      const more = whats.length - MOST_WORDS;
      const words = [...whats.slice(0, MOST_WORDS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
      if (level === undefined) return [];
      if (kind === 'lost' && one.after === undefined) return [{ level, text: `${name} is gone` }];
      if (kind === 'lost' && one.was !== undefined)
        return [{ level, text: `${showObject(one.was)} is ${name} now` }];
      return [{ level, text: `${name} ${TOLD[kind]}${words === '' ? '' : `: ${words}`}` }];
    });
    const isNew = one.before === undefined;
    const fields = one.changes.filter(({ kind, path }) => kind === 'added' && path.length > 0).length;
    const fresh = isNew ? [`${name} is new`] : fields > 0 ? [`${name} has new fields`] : [];
    return [
      ...marked,
      ...fresh.map((text): Reason => ({ level: 'minor', text })),
      ...again.map((text): Reason => ({ level: 'patch', text })),
    ];
  });
}

/** Whether a Job is another one because its content is: for that it has the name, and no user names it. */
function runsAgain(one: ObjectChange): one is ObjectChange & { readonly was: ObjectName } {
  const { object, was } = one;
  return (
    was !== undefined &&
    was.namespace === object.namespace &&
    [was, object].every((side) => lastingName(side) !== side.name) &&
    lastingName(was) === lastingName(object)
  );
}

/** Words of one object that a person takes in at once. */
const MOST_WORDS = 6;

/** Pods restart for a new image, too; which default does it more is said with the default. */
const MARKED: Readonly<Record<MarkKind, Level | undefined>> = {
  lost: 'major',
  immutable: 'major',
  refuses: 'major',
  widens: 'minor',
  restarts: undefined,
};

const TOLD: Readonly<Record<MarkKind, string>> = {
  lost: 'takes something away for good',
  immutable: 'cannot be changed in place',
  refuses: 'refuses what was valid',
  widens: 'gives more rights',
  restarts: 'restarts pods',
};
