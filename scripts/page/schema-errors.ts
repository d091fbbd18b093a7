import { groupBy } from '../json/group-by.ts';

/** What a validator says of one place. */
interface Unit {
  readonly keyword: string;
  readonly keywordLocation: string;
  readonly instanceLocation: string;
  readonly error: string;
}

/** What is wrong with a value. */
export interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

/** What only says that something below is wrong. */
const AROUND: ReadonlySet<string> = new Set([
  '$ref',
  'properties',
  'patternProperties',
  'additionalProperties',
  'items',
  'allOf',
  'if',
  'then',
  'else',
]);

/** The faults of values in a person's words, one for each place and kind. */
export function problemsOf(units: readonly Unit[]): readonly Problem[] {
  const leaves = units.filter(
    ({ keyword, keywordLocation }) =>
      !AROUND.has(keyword) &&
      !(isChoice(keyword) && units.some((other) => other.keywordLocation.startsWith(`${keywordLocation}/`))),
  );
  const told = [...groupBy(leaves, ({ instanceLocation }) => instanceLocation)].map(([place, own]) => {
    const path = pathOf(place);
    const types = own.filter(({ keyword }) => keyword === 'type');
    const others = own.filter(({ keyword }) => keyword !== 'type');
    // Of several forms the one is meant whose type is right.
    const messages = others.length > 0 ? others.map((unit) => messageOf(unit, path)) : [typeMessage(types)];
    return { path, message: [...new Set(messages)].join('; ') };
  });
  return told.filter(
    ({ path, message }, i) =>
      told.findIndex((other) => other.message === message && other.path.join('\0') === path.join('\0')) === i,
  );
}

function isChoice(keyword: string): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf';
}

function pathOf(location: string): readonly string[] {
  return location
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function typeMessage(units: readonly Unit[]): string {
  const expected = units.flatMap(({ error }) =>
    [...error.slice(error.indexOf('Expected')).matchAll(/"([^"]+)"/g)].map(([, type]) => type ?? ''),
  );
  const found = /^Instance type "([^"]+)"/.exec(units[0]?.error ?? '')?.[1];
  return `must be ${[...new Set(expected)].join(' or ')}${found === undefined ? '' : `, not ${found}`}`;
}

function messageOf({ keyword, error }: Unit, path: readonly string[]): string {
  if (keyword === 'false') return `${path.at(-1) ?? 'this'} is no value of the chart`;
  if (keyword === 'enum') {
    const [, list = '[]'] = /(\[.*\])/s.exec(error) ?? [];
    return `must be one of ${(JSON.parse(list) as readonly unknown[]).map((one) => JSON.stringify(one)).join(', ')}`;
  }
  if (keyword === 'required') return error.replace('Instance does not have required property', 'lacks');
  return error.replace(/^Instance /, '').replace(/^String /, '');
}
