import { Document, isMap, isScalar, isSeq, Scalar, type Node, type Pair } from 'yaml';
import { groupBy } from '../json/group-by.ts';
import type { JsonObject } from '../json/json.ts';
import type { Draft, Holder, Spot } from './draft.ts';
import type { Inference } from './infer.ts';
import { pathOf, selectedBy } from './holders.ts';
import { YAML_STYLE } from '../manifest/write-yaml.ts';

const HEAD = ` What this chart is. Written by init, and from now on yours: change it, then npm run build.
 Every entry binds one path of values.yaml to fields of the manifest; the default of a value is
 what upstream has. A default of your own needs a reason, which npm run review prints.`;

const LICENSE =
  " The chart's licence as an SPDX identifier. NOASSERTION: nobody has said it yet; write it here.";

/** As many words as a line of a comment has. */
const COMMENT_LINE = /.{1,96}(?:\s|$)/g;

/** Why CustomResourceDefinitions are files of crds/. */
const CRDS = {
  size: ` Together with the rest the CustomResourceDefinitions are more than Kubernetes lets Helm keep as one
 release. As files of crds/ Helm installs them first, and neither changes nor deletes them later.`,
  kinds: ` There are objects of the kinds that the CustomResourceDefinitions define, and Helm looks all kinds up
 before it makes any. As files of crds/ it installs them first, and neither changes nor deletes them later.`,
};

/** Of a list or map on one line; the library counts neither its key nor what stands before. */
const MOST_COLUMNS = 90;

/** The text of recipe.yaml. The same inference gives the same text. */
export function recipeText({ upstream, chart, crds, kinds, drafts }: Inference): string {
  const groups = grouped(drafts);
  const names = namesOf(groups.flatMap(({ members }) => members.slice(0, 1)));
  const entries = groups.map((group) => entryData(group, names));
  const data = {
    upstream,
    chart,
    ...(crds !== undefined && { crds }),
    names: Object.fromEntries([...names.values()].map((name) => [name.name, nameData(name, names)])),
    values: entries,
  };
  const doc = documentOf(data);
  doc.commentBefore = HEAD;
  dress(doc, groups, CRDS[kinds.defined.length > 0 ? 'kinds' : 'size']);
  return written(doc);
}

/** Entries as the elements of a list in a recipe, each with its own selects, by two columns. */
export function entriesText(drafts: readonly Draft[]): string {
  const groups = grouped(drafts);
  const doc = documentOf({ values: groups.map((group) => entryData(group, new Map())) });
  dressEntries(doc, groups);
  return written(doc).slice('values:\n'.length);
}

function documentOf(data: object): Document {
  return new Document(data, YAML_STYLE);
}

function written(doc: Document): string {
  const text = doc.toString({ lineWidth: MOST_COLUMNS, singleQuote: true, minContentWidth: 0 });
  // The library pads maps and lists alike.
  return text
    .replaceAll(/(fieldPaths: )\[ ((?:[^[\]\n]|\[[^\]\n]*\])*) \]/g, '$1[$2]')
    .replaceAll(/(reject: )\[ (.*) \]/g, '$1[$2]');
}

/** Drafts that are written as one entry: alike but for one word of path and field. */
interface Group {
  readonly members: readonly Draft[];
  /** Of several: word of the path → word of the field; '' where they are the same. */
  readonly words?: Readonly<Record<string, string>>;
  /** Of several: what is around the field's word. */
  readonly frame?: readonly [start: string, end: string];
}

function grouped(drafts: readonly Draft[]): readonly Group[] {
  return [...groupBy(drafts, alike).values()].flatMap((members): readonly Group[] => {
    if (members.length < 2) return members.map((one) => ({ members: [one] }));
    const fields = members.map(({ spots }) => spots[0]?.field ?? '');
    const [start, end] = around(fields);
    const words = fields.map((field) => field.slice(start.length, field.length - end.length));
    const keys = members.map(({ path }) => path.slice(path.lastIndexOf('.') + 1));
    const same = keys.every((key, i) => key === words[i]);
    return [
      {
        members,
        words: Object.fromEntries(keys.map((key, i) => [key, same ? '' : (words[i] ?? '')])),
        frame: [start, end],
      },
    ];
  });
}

/** What drafts of one group share; one that stands for itself has its own path in it. */
function alike(draft: Draft): string {
  const { path, spots, kind, reason, content, note, section, of, ...options } = draft;
  const [only] = spots;
  if (spots.length !== 1 || only === undefined || only.field === '') return path;
  if (of !== undefined || reason !== undefined || content !== undefined || note !== undefined) return path;
  const parent = path.slice(0, Math.max(path.lastIndexOf('.'), 0));
  const { field, ...where } = only;
  const shape = field.replaceAll(/\[name=[^\]]*\]|[^.\\]+(?:\\.[^.\\]+)*$/g, '*');
  return JSON.stringify([section, kind, parent, options, where, shape]);
}

/** What all fields begin and end with, cut where a key or a name begins and ends. */
function around(fields: readonly string[]): readonly [string, string] {
  const [first = ''] = fields;
  let start = 0;
  while (start < first.length && fields.every((field) => field[start] === first[start])) start += 1;
  const head = first.slice(0, start);
  const cut = head.slice(0, Math.max(head.lastIndexOf('.'), head.lastIndexOf('=')) + 1);
  const bracket = cut.endsWith('=') ? first.indexOf(']', cut.length) : -1;
  const end = bracket < 0 ? '' : first.slice(bracket);
  return [cut, fields.every((field) => field.endsWith(end)) ? end : ''];
}

/** A name of the recipe. */
interface Name {
  readonly name: string;
  readonly holder: Holder;
}

type Names = ReadonlyMap<string, Name>;

function keyOf(holder: Holder): string {
  return JSON.stringify([selectedBy(holder), pathOf(holder, '')]);
}

/** Names for what is selected more than once, in the order of use; what another begins with counts. */
function namesOf(drafts: readonly Draft[]): Names {
  const uses = new Map<string, number>();
  const holders = new Map<string, Holder>();
  const count = (holder: Holder): void => {
    const key = keyOf(holder);
    if (holder.of !== undefined && !holders.has(key)) count(holder.of);
    uses.set(key, (uses.get(key) ?? 0) + 1);
    holders.set(key, holders.get(key) ?? holder);
  };
  for (const { spots } of drafts) for (const { holder } of merged(spots)) count(holder);
  const names = new Map<string, Name>();
  const taken = new Set<string>();
  for (const [key, holder] of holders) {
    if ((uses.get(key) ?? 0) < 2) continue;
    let name = holder.name;
    for (let number = 2; taken.has(name); number += 1) name = `${holder.name}${number}`;
    taken.add(name);
    names.set(key, { name, holder });
  }
  return names;
}

function nameData({ holder }: Name, names: Names): JsonObject {
  const { base, at } = outer(holder, names);
  return {
    ...(base === undefined ? { ...selectedBy(holder) } : { of: base }),
    ...(at !== '' && { at }),
  };
}

/** The nearest name that a holder lies in, and the way from there. */
function outer(holder: Holder, names: Names): { readonly base: string | undefined; readonly at: string } {
  const own = holder.at ?? '';
  if (holder.of === undefined) return { base: undefined, at: own };
  const named = names.get(keyOf(holder.of));
  if (named !== undefined) return { base: named.name, at: own };
  const { base, at } = outer(holder.of, names);
  return { base, at: [at, own].filter((part) => part !== '').join('.') };
}

/** A target with all fields that are alike. */
interface Merged extends Omit<Spot, 'field'> {
  readonly fields: readonly string[];
}

function merged(spots: readonly Spot[]): readonly Merged[] {
  const groups = groupBy(spots, ({ holder, reject, create, after }) =>
    JSON.stringify([keyOf(holder), reject, create, after]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { field: _, ...rest } = first;
    return [{ ...rest, fields: group.map(({ field }) => field) }];
  });
}

function targetData({ holder, fields, reject, create, after }: Merged, names: Names): JsonObject {
  const named = names.get(keyOf(holder));
  const { base, at } = named === undefined ? outer(holder, names) : { base: named.name, at: '' };
  const paths = fields.map((field) => [at, field].filter((part) => part !== '').join('.'));
  return {
    select: base ?? { ...selectedBy(holder) },
    ...(reject !== undefined && { reject: reject.map((one) => ({ ...one })) }),
    ...(paths.some((path) => path !== '') && { fieldPaths: paths }),
    ...(create !== undefined && { create }),
    ...(after !== undefined && { after }),
  };
}

function entryData({ members, words, frame }: Group, names: Names): JsonObject {
  const [first] = members;
  if (first === undefined) return {};
  const { path, place, form, check, unique, refers, content, default: own, reason, token, of, spots } = first;
  const parent = path.slice(0, path.lastIndexOf('.') + 1);
  const isSame = Object.values(words ?? {}).every((word) => word === '');
  const field = frame && `${frame[0]}${isSame ? '$key' : '$item'}${frame[1]}`;
  const shown = field === undefined ? spots : spots.map((spot) => ({ ...spot, field }));
  const targets = merged(shown).map((target) => targetData(target, names));
  const [only] = targets;
  return {
    ...(words && { for: words }),
    path: words === undefined ? path : `${parent}$key`,
    ...(place !== 'replace' && { place }),
    ...(form !== 'value' && { form }),
    ...(token !== undefined && { token }),
    ...(check !== undefined && { check }),
    ...(unique !== undefined && { unique }),
    ...(refers !== undefined && { refers: { ...refers } }),
    ...(own !== undefined && { default: own }),
    ...(reason !== undefined && { reason }),
    ...(content !== undefined && { content }),
    ...(of !== undefined && { of }),
    ...(targets.length === 1 ? only : { targets }),
  };
}

/** Blank lines, comments, and what is short on one line. */
function dress(doc: Document, groups: readonly Group[], crds: string): void {
  const root = doc.contents;
  if (!isMap(root)) return;
  for (const pair of root.items.slice(1)) (pair.key as Scalar).spaceBefore = true;
  for (const { key } of root.items) if (isScalar(key) && key.value === 'crds') key.commentBefore = crds;
  const license = (doc.get('chart', true) as Node | undefined) ?? null;
  if (isMap(license))
    for (const pair of license.items)
      if (isScalar(pair.key) && pair.key.value === 'license') pair.key.commentBefore = LICENSE;
  const names = doc.get('names', true);
  if (isMap(names)) for (const { value } of names.items) if (isMap(value)) value.flow = true;
  dressEntries(doc, groups);
}

function dressEntries(doc: Document, groups: readonly Group[]): void {
  const values = doc.get('values', true);
  if (!isSeq(values)) return;
  let section = '';
  for (const [i, entry] of values.items.entries()) {
    const [draft] = groups[i]?.members ?? [];
    if (!isMap(entry) || draft === undefined) continue;
    const heading = draft.section === section ? undefined : ` ${draft.section}`;
    section = draft.section;
    const note = draft.note?.match(COMMENT_LINE)?.map((line) => ` ${line.trim()}`) ?? [];
    const lines = [heading, ...note].filter((line) => line !== undefined);
    if (lines.length > 0) entry.commentBefore = lines.join('\n');
    if (heading !== undefined && i > 0) entry.spaceBefore = true;
    for (const { key, value } of entry.items as Pair<Scalar>[]) inLine(key, value as Node);
  }
}

const FLOWING = new Set(['for', 'select', 'reject', 'fieldPaths', 'refers', 'default', 'content', 'of']);

function inLine({ value: name }: Scalar, value: Node): void {
  if (FLOWING.has(String(name)) && (isMap(value) || isSeq(value))) value.flow = true;
  if (name === 'targets' && isSeq(value))
    for (const target of value.items) if (isMap(target)) target.flow = true;
  if (name === 'reason' && isScalar(value) && String(value.value).length > 80)
    value.type = Scalar.BLOCK_FOLDED;
}
