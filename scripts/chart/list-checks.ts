import { isMap, isScalar, isSeq } from 'yaml';
import { ChartError } from '../errors.ts';
import { groupBy } from '../json/group-by.ts';
import { asText, isObject, member as memberOf } from '../json/tree.ts';
import { pathKey, type Binding } from '../recipe/resolve.ts';
import { entryName, type ListRules, type ListReference } from '../recipe/entry.ts';
import { contentOf } from './forms/content.ts';
import { goDict, goList, goString, helperName, include, member, valuePath } from './go-template.ts';
import { free } from './named.ts';

/** A named template without output that refuses what would spoil one list. */
export interface ListCheck {
  /** For example `c.checkExtraVolumes`. */
  readonly name: string;
  readonly lines: readonly string[];
}

/** Something that is added to a list, or stands in it, with the key that tells it apart. */
interface Key {
  /** As a Go template expression: a literal, or the value that gives it; empty while nothing is added. */
  readonly expression: string;
  /** Path of the value that gives it. */
  readonly from?: string;
}

/**
 * For each list that entries add to, what refuses a key that is there already, or the name of
 * something that is not there. JSON Schema sees only the added elements, and not their keys against
 * each other.
 *
 * @param resources everything that is bound, resource by resource
 * @returns the check by the first of a list's bindings
 */
export function listChecks(
  resources: readonly (readonly Binding[])[],
  chart: string,
): ReadonlyMap<Binding, ListCheck> {
  const checks = new Map<Binding, ListCheck>();
  const taken = new Set<string>();
  for (const bindings of resources) {
    for (const list of listsOf(bindings)) {
      const named = list.find(
        ({ entry }) => entry.unique !== undefined || entry.refers !== undefined || entry.inner !== undefined,
      );
      const [first] = list;
      if (named === undefined || first === undefined) continue;
      const lines = checkLines(list, bindings, chart);
      // One entry may add to several lists.
      const name = free(helperName(chart, `check.${named.entry.path}`), taken);
      checks.set(first, { name, lines });
    }
  }
  return checks;
}

/** The bindings that add to one list, for each list of a resource. */
function listsOf(bindings: readonly Binding[]): readonly (readonly Binding[])[] {
  const adding = bindings.filter(({ entry }) => entry.place === 'append');
  return [...groupBy(adding, ({ field }) => pathKey(field)).values()];
}

/** What is checked of one list: the keys that values give to upstream's elements, then what each entry adds. */
function checkLines(
  list: readonly Binding[],
  bindings: readonly Binding[],
  chart: string,
): readonly string[] {
  const unique = uniqueOf(list);
  const present = unique === undefined ? [] : presentKeys(list, unique, bindings);
  const lifted = present.flatMap((key) => {
    if (key.from === undefined || unique === undefined) return [];
    const others = present.filter((other) => other !== key).map(({ expression }) => expression);
    return [uniqueLine(key.from, oneElement(unique, key.expression), unique, others, chart)];
  });
  const added = list.flatMap((binding, i) => {
    const lines = [
      ...(unique === undefined ? [] : uniqueLines(binding, list.slice(0, i), unique, present, chart)),
      ...referLines(binding.entry.path, binding.entry, binding, bindings, chart),
      ...innerLines(binding, bindings, chart),
    ];
    return lines.length === 0
      ? []
      : [`{{- with ${valuePath(binding.entry.path)} -}}`, ...lines, '{{- end -}}'];
  });
  return [...lifted, ...added];
}

/** Refuses a key that stands before it in the list, whoever brings it. */
function uniqueLines(
  binding: Binding,
  before: readonly Binding[],
  unique: string,
  present: readonly Key[],
  chart: string,
): readonly string[] {
  const taken = [...present, ...before.flatMap((other) => contentKey(other, unique) ?? [])];
  const expressions = taken.map(({ expression }) => expression);
  const { path, form } = binding.entry;
  const users = before
    .filter(({ entry }) => entry.form === 'yaml')
    .map(({ entry }) => valuePath(entry.path, '$'));
  if (form === 'yaml') {
    const all = users.length === 0 ? '.' : `(concat ${users.join(' ')} .)`;
    return [uniqueLine(path, all, unique, expressions, chart)];
  }
  const own = contentKey(binding, unique);
  if (own === undefined || (own.fixed === true && users.length === 0 && taken.every(isLiteral))) return [];
  const element = oneElement(unique, own.expression);
  const all = users.length === 0 ? element : `(concat ${users.join(' ')} ${element})`;
  return [uniqueLine(path, all, unique, expressions, chart)];
}

/** A fixed key beside fixed keys is right or wrong whatever the values: the recipe's own matter. */
function isLiteral({ from }: Key): boolean {
  return from === undefined;
}

function oneElement(unique: string, expression: string): string {
  return goList([goDict([[unique, expression]])]);
}

function uniqueLine(at: string, of: string, unique: string, taken: readonly string[], chart: string): string {
  const keys = [
    ['at', goString(at)],
    ['of', of],
    ['keys', goList([goString(unique)])],
    ...(taken.length === 0 ? [] : [['taken', goList(taken)] as const]),
  ] as const;
  return `{{- ${include(`${chart}.unique`, goDict(keys))} -}}`;
}

/** The same of lists inside the added elements; nothing is there before them. */
function innerLines(binding: Binding, bindings: readonly Binding[], chart: string): readonly string[] {
  const { path, inner = [] } = binding.entry;
  const lists = inner.flatMap((rules) => {
    const at = `${path}.${rules.list}`;
    return [
      `{{- with ${member('', rules.list)} -}}`,
      ...(rules.unique === undefined ? [] : [uniqueLine(at, '.', rules.unique, [], chart)]),
      ...referLines(at, rules, binding, bindings, chart),
      '{{- end -}}',
    ];
  });
  return lists.length === 0 ? [] : ['{{- range . -}}', ...lists, '{{- end -}}'];
}

/** Refuses an element that names what is not in another list. */
function referLines(
  at: string,
  { refers }: ListRules,
  { entry }: Binding,
  bindings: readonly Binding[],
  chart: string,
): readonly string[] {
  if (refers === undefined) return [];
  const others = listsOf(bindings).filter((other) => other.some((one) => one.entry.path === refers.to));
  const key = others.map(uniqueOf).find((unique) => unique !== undefined);
  if (key === undefined) throw noReference(entry, refers);
  const names = others.flatMap((other) => [
    ...presentKeys(other, key, bindings),
    ...other.flatMap((binding) => contentKey(binding, key) ?? []),
  ]);
  const users = new Set(
    others.flat().flatMap((one) => (one.entry.form === 'yaml' ? valuePath(one.entry.path, '$') : [])),
  );
  const [only = ''] = users;
  const known = [
    ['at', goString(at)],
    ['of', '.'],
    ['key', goString(refers.key)],
    ['to', goString(refers.to)],
    ['theirs', goString(key)],
    ['added', users.size === 1 ? only : `(concat ${[...users].join(' ')})`],
    ...(names.length === 0 ? [] : [['names', goList(names.map(({ expression }) => expression))] as const]),
  ] as const;
  return [`{{- ${include(`${chart}.known`, goDict(known))} -}}`];
}

function noReference(entry: Binding['entry'], { to }: ListReference): ChartError {
  return new ChartError(
    'RECIPE_INVALID',
    `${entryName(entry)} refers to ${to}, which is no append entry with a unique key on the same resource`,
  );
}

/** The key by which an entry tells the list's elements apart. */
function uniqueOf(list: readonly Binding[]): string | undefined {
  return list.map(({ entry }) => entry.unique).find((unique) => unique !== undefined);
}

/** The keys of upstream's elements: literals, or the value that is put there. */
function presentKeys(
  [first]: readonly Binding[],
  unique: string,
  bindings: readonly Binding[],
): readonly Key[] {
  const field = first?.field;
  if (field?.found !== true || !isSeq(field.value)) return [];
  return field.value.items.flatMap((item, i): readonly Key[] => {
    const value = isMap(item) ? item.get(unique, true) : undefined;
    if (!isScalar(value)) return [];
    const at = pathKey({ path: [...field.path, i, unique] });
    const setter = bindings.find(
      ({ entry, field: other }) =>
        entry.place === 'replace' && entry.form === 'value' && pathKey(other) === at,
    );
    if (setter === undefined) return [{ expression: goString(String(value.value)) }];
    return [{ expression: valuePath(setter.entry.path, '$'), from: setter.entry.path }];
  });
}

/** The key of the element that an entry's content is; as an expression it is empty while nothing is added. */
function contentKey(binding: Binding, unique: string): (Key & { readonly fixed?: boolean }) | undefined {
  const { entry } = binding;
  if (entry.form !== 'content') return undefined;
  const content = contentOf(entry, binding);
  const key = isObject(content) ? memberOf(content, unique) : undefined;
  if (key === undefined) return undefined;
  const value = valuePath(entry.path, '$');
  if (key === '$value') return { expression: value, from: entry.path };
  if ((typeof key === 'object' && key !== null) || asText(key).includes('$value')) {
    throw new ChartError(
      'RECIPE_INVALID',
      `${entryName(entry)}: ${unique} tells the list's elements apart, so in the content it is $value or a scalar with none in it`,
    );
  }
  const literal = goString(asText(key));
  return { expression: `(ternary ${literal} "" (not (empty ${value})))`, from: entry.path, fixed: true };
}
