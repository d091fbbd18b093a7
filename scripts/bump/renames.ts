import { parseFieldPath, showSegment, type Segment } from '../recipe/fieldpath.ts';
import { selects } from '../recipe/select.ts';
import type { YamlEdit } from '../recipe/edit.ts';
import type { Select } from '../recipe/entry.ts';
import type { Word } from '../recipe/written.ts';
import type { Path } from '../review/path.ts';
import type { Item, Review } from '../review/review.ts';

/**
 * The edits of recipe.yaml that follow objects and elements of lists which have another name now. What is
 * under another name and otherwise alike is recognised; what only resembles it in its name is not.
 *
 * @param means whether a select means anything of upstream still: it does not follow those that left it
 */
export function renameEdits(
  { groups }: Review,
  words: readonly Word[],
  means: (select: Select) => boolean,
): readonly YamlEdit[] {
  const renamed = groups.flatMap(({ items }) => items.filter(({ kind }) => kind === 'renamed'));
  return words.flatMap((word) => {
    if ((word.kind === 'name' || word.kind === 'namespace') && means(word.select)) return [];
    const to = renamed.reduce((text, item) => renamedWord({ ...word, text }, item), word.text);
    return to === word.text ? [] : [{ path: word.at, to }];
  });
}

function renamedWord(word: Word, { object, was = object, path, before, after }: Item): string {
  const { kind, text, select, whole, prefix } = word;
  if (typeof before !== 'string' || typeof after !== 'string') return text;
  if (path[0] === 'metadata') return kind === path[1] && selects(select, was) ? after : text;
  if (kind !== 'path' && kind !== 'item') return text;
  if (!selects(select, was)) return text;
  const at = path.length - 2;
  const [segments, own] = [parseFieldPath(whole), prefix === '' ? 0 : parseFieldPath(prefix).length];
  const [segment, key] = [segments[at], path.at(-1)];
  if (segment?.type !== 'match' || segment.field !== key || segment.value !== before) return text;
  if (!leadsTo(segments, path.slice(0, at))) return text;
  if (kind === 'item') return text === before ? after : text;
  if (at < own) return text;
  const renamed = parseFieldPath(text).map((one, i) => {
    const isIt = i === at - own && one.type === 'match' && one.value === before;
    return isIt ? { ...one, value: after } : one;
  });
  return renamed.map(showSegment).join('.');
}

/** Whether a field path begins with what leads to a list. */
function leadsTo(segments: readonly Segment[], path: Path): boolean {
  return path.every((step, i) => {
    const segment = segments[i];
    if (segment === undefined) return false;
    if (typeof step === 'string') return segment.type === 'key' && segment.key === step;
    if (segment.type !== 'match') return true;
    return step.where.some(([key, value]) => key === segment.field && value === segment.value);
  });
}
