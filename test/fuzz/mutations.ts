import { isObject } from '../../scripts/json/tree.ts';
import type { Json } from '../../scripts/json/json.ts';

/** One change of a document: what is done, where, and with what. Any numbers will do. */
export interface Mutation {
  readonly what: number;
  readonly where: number;
  readonly by: number;
}

/** Names that every object has by itself, and others that some reader takes for more than a name. */
const NAMES = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'toJSON',
  '$ref',
  '$id',
  '$schema',
  '<<',
  '',
  '0',
  'length',
  'a.b',
  'a/b',
  '~1',
  '%',
  '*',
  '\ufeff',
  '\ud800',
  '\u202e',
  'y',
  'null',
] as const;

/** What belongs nowhere, or everywhere but here. */
const VALUES: readonly Json[] = [
  null,
  [],
  {},
  '',
  0,
  -1,
  1e308,
  2 ** 53,
  0.1,
  true,
  false,
  'x',
  ' ',
  '\n',
  'x'.repeat(10_000),
  '{{ .Values.x }}',
  '[[ .x ]]',
  '{',
  '{}',
  '[]',
  'null',
  '\u0000',
  '\ud800',
  '\ufeff',
  '\u2028',
  '\u202eabc',
  '../../etc/passwd',
  'http://127.0.0.1:1/',
  '#',
  '#/',
  '#/definitions',
  '*',
  '$value',
  'sha256:',
  `sha256:${'0'.repeat(64)}`,
  [null],
  [[[]]],
  [{}],
  { a: null },
  { a: { a: { a: [] } } },
  deep(300),
  Array.from({ length: 300 }, (_, i) => i),
  Object.fromEntries(NAMES.map((name) => [name, 'x'])),
  { toString: 'x', valueOf: 'y' },
  { $ref: '#' },
  { $ref: '#/definitions/x' },
];

function deep(levels: number): Json {
  let value: Json = 'x';
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

type Path = readonly (string | number)[];

function pathsOf(value: Json, path: Path = []): readonly Path[] {
  const inner: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.map((item: Json, i) => [i, item] as const)
    : isObject(value)
      ? Object.entries(value)
      : [];
  return [path, ...inner.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function at(value: Json, [key, ...rest]: Path): Json {
  if (key === undefined) return value;
  return at((value as Readonly<Record<string | number, Json>>)[key] as Json, rest);
}

/** A copy in which the entries of the object or list around a path went through `change`. */
function around(
  value: Json,
  [key, ...rest]: Path,
  change: (entry: readonly [string | number, Json]) => readonly (readonly [string | number, Json])[],
): Json {
  const edit = (entry: readonly [string | number, Json]): readonly (readonly [string | number, Json])[] => {
    if (String(entry[0]) !== String(key)) return [entry];
    return rest.length === 0 ? change(entry) : [[entry[0], around(entry[1], rest, change)]];
  };
  if (Array.isArray(value))
    return value.flatMap((item: Json, i) => edit([i, item]).map(([, edited]) => edited));
  return isObject(value) ? Object.fromEntries(Object.entries(value).flatMap(edit)) : value;
}

/** A document of JSON or YAML with one thing wrong in it, which may be its whole. */
export function mutateData(value: Json, { what, where, by }: Mutation): Json {
  const paths = pathsOf(value);
  const path = pick(paths, where);
  const wrong = pick(VALUES, by);
  if (path.length === 0) return what % 12 === 0 ? wrong : value;
  const change = (
    to: (entry: readonly [string | number, Json]) => readonly (readonly [string | number, Json])[],
  ): Json => around(value, path, to);
  switch (what % 12) {
    case 0:
    case 1:
      return change(([key]) => [[key, wrong]]);
    case 2:
      return change(() => []);
    case 3:
      return change((entry) => [entry, [pick(NAMES, by), entry[1]]]);
    case 4:
      return change(([, inner]) => [[pick(NAMES, by), inner]]);
    case 5:
      return change(([key]) => [[key, at(value, pick(paths, by))]]);
    case 7:
    case 8:
    case 9:
      return change(([key, inner]) => [[key, pick(like(value, paths, inner), by)]]);
    case 6:
      return change(([key, inner]) => [[key, by % 2 === 0 ? [inner] : { [pick(NAMES, by)]: inner }]]);
    default:
      return change(([key, inner]) => [[key, typeof inner === 'string' ? tweaked(inner, by) : wrong]]);
  }
}

/** The document's own values of the same kind. */
function like(value: Json, paths: readonly Path[], inner: Json): readonly Json[] {
  const all = paths.map((path) => at(value, path));
  return all.filter(
    (other) => typeof other === typeof inner && Array.isArray(other) === Array.isArray(inner),
  );
}

function tweaked(text: string, by: number): string {
  const cut = by % (text.length + 1);
  const odd = pick(
    ['', '.', '/', ':', '@', '*', '[', ']', '{', '\\', ' ', '\n', '%', '\u0000', '\ud800', 'É', '..'],
    by,
  );
  return text.slice(0, cut) + odd + text.slice(cut + (by % 3));
}

/** What YAML readers take for more than text, in the place of a value. */
const YAML_VALUES = [
  '*a',
  '&a',
  '&a [*a]',
  '*undefined',
  '!!binary aGk=',
  '!!set {a, b}',
  '!!omap [a: 1]',
  '!!js/function "x"',
  '!!float .inf',
  '!!int x',
  '!!str',
  '!<tag:x> y',
  '! x',
  '1e999',
  '-0',
  '0o7',
  '0755',
  '0x1F',
  '1_000',
  '9'.repeat(400),
  '.inf',
  '-.inf',
  '.NaN',
  '2001-01-01',
  '12:30:45',
  'yes',
  '~',
  '<<',
  '|',
  '>-',
  '|9',
  "'",
  '"',
  '"\\ud800"',
  '"\\x00"',
  '"\\q"',
  '[',
  '{',
  ']',
  '}',
  '{a: b',
  '{<<: {a: 1}, <<: {b: 2}}',
  '{? [a] : b}',
  '{~: a, 1.5: b}',
  '@x',
  '`x',
  '%x',
  '"x" y',
  '# x',
  '- x',
  'a: b: c',
  '['.repeat(20_000),
  '{a: '.repeat(20_000),
];

/** Lines that change what is around them. */
const YAML_LINES = [
  '<<: *a',
  '<<: {}',
  '<<: [1]',
  '<<: x',
  '? [a]',
  '? - ? - x',
  '*a : x',
  '&a x: y',
  '- x',
  '---',
  '--- x',
  '...',
  '%YAML 1.1',
  '%TAG ! x',
  '\tx: y',
  '# x',
  '',
  'constructor: x',
  '__proto__: {x: y}',
  '- '.repeat(20_000),
];

const CHARACTERS = [
  '\ufeff',
  '\u0000',
  '\r',
  '\u2028',
  '\u0085',
  '\u202e',
  '\ud800',
  '\t',
  '\u007f',
  '\u{1f600}',
  'ß',
];

/** A text with one thing wrong in it. */
export function mutateText(text: string, { what, where, by }: Mutation): string {
  const lines = text.split('\n');
  const row = where % lines.length;
  const line = lines[row] ?? '';
  const indent = /^[ -]*/.exec(line)?.[0] ?? '';
  const replaced = (...own: readonly string[]): string => lines.toSpliced(row, 1, ...own).join('\n');
  switch (what % 9) {
    case 0:
    case 1:
      return replaced(line.replace(/(:|-) .*$|:$/, (_, sign = ':') => `${sign} ${pick(YAML_VALUES, by)}`));
    case 2:
      return replaced(line, indent.replaceAll('-', ' ') + pick(YAML_LINES, by));
    case 3:
      return replaced(line, line);
    case 4:
      return replaced();
    case 5:
      return replaced(by % 2 === 0 ? `  ${line}` : line.replace(/^ {1,2}/, ''));
    case 6: {
      const offset = where % (text.length + 1);
      return text.slice(0, offset) + pick(CHARACTERS, by) + text.slice(offset);
    }
    case 7:
      return by % 2 === 0 ? text.slice(0, where % (text.length + 1)) : text.replaceAll('\n', '\r\n');
    default:
      return replaced(
        line.replace(/: (?=\S)/, ': &a '),
        ...lines.slice(row + 1, row + 2).map((next) => next.replace(/: \S.*$/, ': *a')),
      );
  }
}
