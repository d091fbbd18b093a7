import { groupBy } from '../json/group-by.ts';

/**
 * A name as a key of values.yaml: `cni-conf.json` → `cniConfJson`, `ENABLE_X` → `enableX`.
 * A first digit gets a letter in front of it.
 */
export function camel(text: string): string {
  const words = text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => (/^[A-Z0-9]+$/.test(word) ? word.toLowerCase() : word));
  const [first = 'x', ...rest] = words;
  const joined = [decapitalized(first), ...rest.map(capitalized)].join('');
  return /^[a-z]/.test(joined) ? joined : `n${joined}`;
}

export function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** `APIService` → `apiService`, `DaemonSet` → `daemonSet`. */
export function decapitalized(word: string): string {
  return word.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, (start) => start.toLowerCase());
}

/**
 * A different key for each item: its first candidate that no other item wants as much and that is
 * not taken. What is left at the end gets numbers. The order of the items decides nothing else.
 *
 * @param candidates of an item, the best first, as many for each
 */
export function distinct<T>(
  items: readonly T[],
  candidates: (item: T) => readonly string[],
  taken: ReadonlySet<string> = new Set(),
): ReadonlyMap<T, string> {
  const keys = new Map<T, string>();
  const used = new Set(taken);
  const wishes = new Map(items.map((item) => [item, candidates(item)] as const));
  const levels = Math.max(0, ...[...wishes.values()].map(({ length }) => length));
  for (let level = 0; level < levels; level += 1) {
    const open = items.filter((item) => !keys.has(item));
    const rivals = groupBy(open, (item) => wishes.get(item)?.[level]);
    for (const [key, own] of rivals) {
      const [only] = own;
      if (key === undefined || only === undefined || own.length > 1 || used.has(key)) continue;
      keys.set(only, key);
      used.add(key);
    }
  }
  for (const item of items) {
    if (keys.has(item)) continue;
    const wish = wishes.get(item)?.at(-1) ?? 'x';
    let number = 2;
    while (used.has(`${wish}${number}`)) number += 1;
    keys.set(item, `${wish}${number}`);
    used.add(`${wish}${number}`);
  }
  return keys;
}

/** The words with which all names begin. */
export function commonWords(names: readonly string[]): readonly string[] {
  const [first = [], ...others] = names.map((name) => name.split('-'));
  const end = first.findIndex((word, i) => others.some((words) => words[i] !== word));
  return end < 0 ? first : first.slice(0, end);
}

/** The words with which all names begin, so that each keeps one; none for a single name. */
export function sharedWords(names: readonly string[]): readonly string[] {
  if (names.length < 2) return [];
  const most = Math.min(...names.map((name) => name.split('-').length)) - 1;
  return commonWords(names).slice(0, most);
}

/** A name without the longest of the stems that it begins with; as it is when nothing else would be left. */
export function withoutStem(name: string, stems: readonly string[]): string {
  const fits = stems.filter((stem) => stem !== '' && name.startsWith(`${stem}-`));
  const longest = Math.max(0, ...fits.map(({ length }) => length + 1));
  return name.slice(longest);
}

const KIND_WORDS = /-(?:ds|daemonset|deployment|deploy|sts|statefulset|cronjob|job)$/;

/** `flannel-ds` → `flannel`. */
export function withoutKind(name: string): string {
  return name.replace(KIND_WORDS, '');
}

/** A name without a last word that its place says already: `admission-config`, `node-sa`, `monitor-service`. */
export function withoutLast(name: string, words: RegExp): string {
  const found = words.exec(name)?.[0] ?? '';
  return found === name ? name : name.slice(0, name.length - found.length);
}

/** `certgen-v1-33-0` → `certgen`. */
export function withoutVersion(name: string): string {
  return name.replace(/(?<=.)-v\d+(?:[-.]\d+)*$/, '');
}
