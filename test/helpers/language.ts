import fc, { type GeneratorValue } from 'fast-check';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { setPath } from '../../scripts/json/tree.ts';
import type { LockedImage } from '../../scripts/recipe/lock.ts';
import { escapeKey } from '../../scripts/recipe/fieldpath.ts';
import { FITS, type Entry, type Form, type Placement, type Target } from '../../scripts/recipe/entry.ts';
import type { ImagePin, Presets } from '../../scripts/recipe/types.ts';
import { lists } from './language-lists.ts';
import { DIGEST, pick, type DrawnField, type Drawing } from './language-drawing.ts';
import { planOf } from './language-plans.ts';
import { CUT, name, strange, tree } from './language-values.ts';

/** A manifest, a recipe over it and a user's values, drawn so that the recipe fits. */
export interface Draw {
  readonly upstream: readonly JsonObject[];
  /** Objects of the project's own. */
  readonly own: readonly JsonObject[];
  readonly entries: readonly Entry[];
  readonly presets: Presets | undefined;
  readonly images: Readonly<Record<string, ImagePin>>;
  readonly locked: Readonly<Record<string, LockedImage>>;
  readonly values: JsonObject;
}

/** Every place × form that has a meaning. */
export const COMBINATIONS: readonly (readonly [Placement, Form])[] = (
  Object.entries(FITS) as [Form, readonly Placement[]][]
).flatMap(([form, places]) => places.map((place) => [place, form] as const));

const OBJECT = { apiVersion: 'test/v1', kind: 'Thing' } as const;

/** Draws of one to six entries of the given combinations. */
export function draws(combinations = COMBINATIONS): fc.Arbitrary<Draw> {
  const one = fc.gen().map((g): Draw => {
    const drawing: Drawing = {
      g,
      spec: { kept: tree(g) },
      ownSpec: { kept: 1 },
      entries: [],
      images: {},
      locked: {},
      values: new Map(),
      open: new Map(),
      shared: [],
      alsoSpec: { kept: 1 },
    };
    const count = g(fc.integer, { min: 1, max: 6 });
    for (let i = 0; i < count; i += 1) {
      const drawn = g(fc.constantFrom, ...combinations);
      // A resource can be made for each element of one list only.
      const again = drawn[0] === 'each' && drawing.entries.some(({ place }) => place === 'each');
      const [place, form] = again ? (['replace', 'value'] as const) : drawn;
      drawEntry(drawing, i, place, form);
    }
    if (g(fc.boolean)) lists(drawing);
    const presets = presetsOf(drawing);
    const chosen: JsonObject = presets === undefined ? {} : { preset: pick(g, Object.keys(presets.options)) };
    return {
      upstream: [
        { ...OBJECT, metadata: metadataOf(g, 'theirs'), spec: drawing.spec },
        { ...OBJECT, metadata: { name: 'also' }, spec: { ...drawing.alsoSpec, ...endOf(g) } },
      ],
      own: [{ ...OBJECT, metadata: { name: 'ours' }, spec: drawing.ownSpec }],
      entries: drawing.entries,
      presets,
      images: drawing.images,
      locked: drawing.locked,
      values: [...drawing.values].reduce<JsonObject>((at, [path, value]) => setPath(at, path, value), chosen),
    };
  });
  // What is drawn imperatively draws from a copy: without the number all of a list would be the same.
  return fc.tuple(fc.nat(), one).map(([, draw]) => draw);
}

/** What a document may end with that nothing touches. */
function endOf(g: GeneratorValue): JsonObject {
  return g(fc.boolean) ? { end: g(fc.constantFrom, ...CUT) } : {};
}

function metadataOf(g: GeneratorValue, own: string): JsonObject {
  return { name: own, ...(g(fc.boolean) && { labels: { app: 'x', [name(g)]: 'y' } }) };
}

/** Values of which a preset may say what they are when they are left open. */
function presetsOf({ g, open, values }: Drawing): Presets | undefined {
  const paths = [...open.keys()].filter(() => g(fc.boolean));
  if (paths.length === 0) return undefined;
  for (const path of paths) if (g(fc.boolean)) values.delete(path);
  const other = Object.fromEntries(paths.map((path) => [path, open.get(path) ?? null]));
  return { path: 'preset', default: 'usual', options: { usual: {}, other, "it's": {} } };
}

function drawField({ g, spec }: Drawing, i: number): DrawnField {
  const key = g(
    fc.constantFrom,
    `f${i}`,
    `a.b${i}`,
    `it's ${i}`,
    `"q"${i}`,
    `{{ k${i} }}`,
    `ü${i}`,
    `- ${i}`,
  );
  const last = escapeKey(key);
  switch (g(fc.constantFrom, 'top', 'nested', 'item')) {
    case 'nested': {
      const inner = (spec['nested'] ??= { kept: 'x' }) as Record<string, Json>;
      return { key, at: inner, path: `spec.nested.${last}` };
    }
    case 'item': {
      const items = (spec['items'] ??= [{ name: 'one', kept: true }, { name: 'two' }]) as Record<
        string,
        Json
      >[];
      return { key, at: items[0] ?? {}, path: `spec.items.[name=one].${last}` };
    }
    default:
      return { key, at: spec, path: `spec.${last}` };
  }
}

function drawEntry(drawing: Drawing, i: number, place: Placement, form: Form): void {
  const { g, entries, values } = drawing;
  const path = g(
    fc.constantFrom,
    `v${i}`,
    `deep.v${i}`,
    ...(i === 0 ? ['json', 'merge', 'unique', 'image'] : []),
  );
  const ours = form === 'token' || place === 'each';
  const repository =
    place === 'replace' && form === 'image' ? pick(g, [undefined, ...texts(drawing)]) : undefined;
  const drawn = planOf(drawing, place, form);
  const plan = repository === undefined ? drawn : { ...drawn, upstream: `--image=r.test/${repository}:v1` };
  const before = drawing.shared.find((one) => one.place === place && g(fc.boolean));
  const { field, upstream } = before ?? { field: drawField(drawing, i), upstream: plan.upstream };
  if (place === 'append' || place === 'merge') drawing.shared.push({ place, field, upstream });
  if (upstream !== undefined && place !== 'document' && !ours) field.at[field.key] = upstream;
  const target =
    place === 'document' ? {} : { fieldPaths: [field.path], ...(upstream === undefined && { create: true }) };
  const entry = {
    path,
    place,
    form,
    targets: [
      { select: { kind: 'Thing', name: ours ? 'ours' : 'theirs' }, ...target },
      ...(ours || place === 'document' ? [] : secondTargets(drawing, field, place, form, upstream)),
    ],
    ...(plan.default !== undefined && { default: plan.default }),
    ...plan.options,
  } as Entry;
  const token = repository === undefined ? {} : { token: `r.test/${repository}:v1` };
  const inText = { targets: [...entry.targets, { select: THEIRS, fieldPaths: [TEXTS] }], ...token };
  entries.push(
    ours ? ownEntry(drawing, entry, i) : repository === undefined ? entry : { ...entry, ...inText },
  );
  if (form === 'image') {
    drawing.images[path] = { tag: 'v1', reason: 'it moves' };
    drawing.locked[path] = {
      registry: 'r.test',
      repository: repository ?? 'a/b',
      tag: 'v1',
      digest: DIGEST,
      platforms: [],
      source: 'registry',
    };
  }
  if (g(fc.integer, { min: 0, max: 3 }) > 0) values.set(path, plan.value());
  if (form !== 'image' && !ours && place !== 'document' && plan.options?.['reason'] === undefined)
    drawing.open.set(path, plan.value());
}

const THEIRS = { kind: 'Thing', name: 'theirs' };
const TEXTS = 'spec.texts.*';

/** Repositories of images that long texts of upstream's name, and that no entry has taken. */
function texts({ g, spec, entries }: Drawing): readonly string[] {
  spec['texts'] ??= g(
    fc.constantFrom,
    [`r.test/c:v1`, 'kept {{ r.test/c:v1x }}', 'a=r.test/a/b:v1\nb=r.test/c:v1\nc=x/r.test/c:v1\n'],
    ['- "r.test/a/b:v1" 100%', strange(g), '{"i": "r.test/a/b:v1", "{{ j }}": "docker://r.test/c:v1"}'],
    ['first\n  r.test/a/b:v1\nlast', ' x r.test/c:v1: r.test/a/b:v1.'],
  );
  const taken = new Set(entries.map((entry) => (entry.form === 'image' ? entry.token : undefined)));
  return ['a/b', 'c'].filter((one) => !taken.has(`r.test/${one}:v1`));
}

/** Another field that the same value feeds: in the same object, or of the same name in another. */
function secondTargets(
  { g, spec, alsoSpec }: Drawing,
  { key, at, path }: DrawnField,
  place: Placement,
  form: Form,
  upstream: Json | undefined,
): readonly Target[] {
  if (at !== spec || g(fc.boolean)) return [];
  const create = upstream === undefined && { create: true };
  const own = form === 'content' && (place === 'append' || place === 'merge');
  if (upstream !== undefined)
    alsoSpec[key] = form === 'json' && place !== 'append' ? otherwise(String(upstream)) : upstream;
  const content = own && g(fc.boolean) && { content: { other: 'of $value' } };
  return [{ select: { kind: 'Thing', name: 'also' }, fieldPaths: [path], ...create, ...content }];
}

/** The same JSON in another layout. */
function otherwise(text: string): string {
  return JSON.stringify(JSON.parse(text), null, 3);
}

/** An entry of an object of ours, with the field that it is about. */
function ownEntry({ ownSpec }: Drawing, entry: Entry, i: number): Entry {
  if (entry.place === 'each') return { ...entry, targets: [{ select: { kind: 'Thing', name: 'ours' } }] };
  ownSpec[`text${i}`] = 'at {token} of "{token}"';
  return { ...entry, targets: [{ select: { kind: 'Thing', name: 'ours' }, fieldPaths: [`spec.text${i}`] }] };
}
