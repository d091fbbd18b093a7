import fc, { type GeneratorValue } from 'fast-check';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import type { Form, Placement } from '../../scripts/recipe/entry.ts';
import { DIGEST, pick, type Drawing } from './language-drawing.ts';
import { map, name, scalar, strange, tree } from './language-values.ts';

/** What an entry is given beside its place and form. */
export interface Plan {
  /** What upstream has in the field; undefined where it has none. */
  readonly upstream: Json | undefined;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly default?: Json;
  /** What a user or a preset may say. */
  readonly value: () => Json;
}

type Planner = (drawing: Drawing, place: Placement) => Plan;

const SCALARS = ['string', 'integer', 'boolean'] as const;

/** How each form is drawn; the compiler sees to it that none is left out. */
const PLANS: { readonly [F in Form]: Planner } = {
  value: ({ g, ownSpec }, place) => {
    if (place === 'document') return { upstream: 1, value: () => g(fc.boolean) };
    if (place === 'each') {
      ownSpec['json'] = '{"b": 1, "a": {}}';
      ownSpec['maybe'] = 'x';
      const fields = { 'metadata.name': 'name', 'spec.json': 'a-b', 'spec.maybe': 'maybe' };
      const item = (id: string): JsonObject => ({
        name: id,
        'a-b': { a: strange(g), c: 1 },
        ...(g(fc.boolean) && { maybe: strange(g) }),
      });
      return {
        upstream: 1,
        options: { fields },
        value: () => g(fc.constantFrom, [], ['i'], ['i', 'j'], ['i', 'i']).map(item),
      };
    }
    const kind = pick(g, SCALARS);
    const upstream = scalar(g, kind, place === 'drop');
    const empty = { string: '', integer: 0, boolean: false }[kind];
    if (place === 'append') return { upstream: listOf(g), default: empty, value: () => scalar(g, kind) };
    if (place === 'drop' && g(fc.boolean))
      return { upstream: undefined, default: empty, value: () => scalar(g, kind) };
    if (g(fc.boolean)) return { upstream, value: () => scalar(g, kind) };
    const other = g(fc.boolean) ? kind : pick(g, SCALARS);
    const departure = scalar(g, other);
    const value = (): Json => scalar(g, pick(g, [kind, other]));
    return {
      upstream,
      ...(departure !== upstream && { default: departure, options: { reason: 'x' } }),
      value,
    };
  },
  yaml: ({ g }, place) => {
    if (place === 'merge')
      return {
        upstream: mapOf(g),
        ...created(g, {}),
        value: () => ({ ...(g(fc.boolean) && { [`u-${name(g)}`]: strange(g) }) }),
      };
    if (place === 'append')
      return {
        upstream: listOf(g),
        value: () => g(fc.constantFrom, [], [strange(g)], [strange(g), tree(g)]),
      };
    if (g(fc.boolean)) {
      const quantities = (): JsonObject => ({
        limits: { cpu: g(fc.constantFrom, '1', '100m', 2, '1Gi') },
        requests: { cpu: g(fc.constantFrom, '1', '10m', 1) },
      });
      return { upstream: { limits: { cpu: '3Gi' } }, options: { check: 'limits' }, value: quantities };
    }
    if (place === 'drop' && g(fc.boolean))
      return { upstream: undefined, default: {}, value: () => g(fc.constantFrom, {}, tree(g)) };
    const omitted = g(fc.constantFrom, undefined, true, ['k', 'inner']);
    if (omitted === undefined) return { upstream: tree(g), value: () => tree(g) };
    return { upstream: map(g), value: () => map(g), options: { omitEmpty: omitted } };
  },
  json: ({ g, values, entries }, place) => {
    const from = entries.find(
      (entry) => entry.form === 'value' && entry.place === 'replace' && values.has(entry.path),
    );
    const options = {
      options: {
        ...(from && { derive: [{ key: 'a "b"', from: from.path, unless: 'x' }] }),
        ...(g(fc.boolean) && { extra: 'more' }),
        ...(g(fc.boolean) && { omitEmpty: true }),
      },
    };
    const value = (): Json => ({
      [name(g)]: strange(g),
      z: tree(g),
      ...(g(fc.boolean) && { n: 1.5 }),
      ...(g(fc.boolean) && { more: { [name(g)]: strange(g) } }),
    });
    if (place === 'append') return { upstream: listOf(g), default: {}, value, ...options };
    if (place === 'drop' && g(fc.boolean)) return { upstream: undefined, default: {}, value, ...options };
    const text = JSON.stringify(value(), null, g(fc.constantFrom, 2, 4));
    return { upstream: g(fc.boolean) ? text : `${text}\n`, value, ...options };
  },
  image: ({ g }) => {
    const value = (): Json => ({
      registry: g(fc.constantFrom, '', 'r.test:5000', 'r.test'),
      repository: g(fc.constantFrom, 'a/b', 'c', ''),
      tag: g(fc.constantFrom, '', 'v1', 'v9'),
      digest: g(fc.constantFrom, '', DIGEST),
    });
    return { upstream: 'r.test/a/b:v1', value };
  },
  choice: ({ g }, place) => {
    const names = ["it's", 'say "x"', '{{ a }}', String.raw`back\slash`];
    const contents: readonly Json[] =
      place === 'append'
        ? [[], ['x', { y: strange(g) }], [1]]
        : place === 'merge'
          ? [{}, { p: strange(g) }, { q: 'r' }]
          : [tree(g), strange(g), ['l', `i${strange(g)}`]];
    const different = contents.filter(
      (one, i) => contents.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === i,
    );
    const choices = Object.fromEntries(different.map((one, i) => [names[i] ?? '', one]));
    const value = (): Json => g(fc.constantFrom, ...Object.keys(choices));
    const of = (upstream: Json | undefined): Plan => ({
      upstream,
      default: names[0] ?? '',
      options: { choices },
      value,
    });
    if (place === 'append') return of(listOf(g));
    return of(place === 'merge' ? mapOf(g) : (different[0] ?? null));
  },
  content: ({ g }, place) => {
    const kind = pick(g, SCALARS);
    const empty = { string: '', integer: 0, boolean: false }[kind];
    const text = g(
      fc.constantFrom,
      '$value',
      'a $value b',
      '100% {release.name}: $value',
      '{chart.name} "q"',
      '{{ t }}',
      strange(g),
    );
    const content: Json =
      place === 'merge' || g(fc.boolean)
        ? { one: text, two: place === 'merge' ? 'x' : [{ three: text }, 4] }
        : text;
    const options = { content };
    const value = (): Json => scalar(g, kind);
    if (place === 'append') return { upstream: listOf(g), default: empty, options, value };
    if (place === 'merge') return { upstream: mapOf(g), default: empty, options, value };
    if (place === 'drop' && g(fc.boolean)) return { upstream: undefined, default: empty, options, value };
    return {
      upstream: { fixed: ['u', 'v'] },
      default: 'v',
      options: { content: { fixed: ['u', '$value'] } },
      value: () => scalar(g, 'string'),
    };
  },
  token: ({ g }) => ({
    upstream: 1,
    default: 7,
    options: { token: '{token}' },
    value: () => g(fc.integer, { min: -1_000_000, max: 2 ** 40 }),
  }),
  namespace: ({ g }) => ({ upstream: 'kube-system', value: () => g(fc.constantFrom, '', 'other') }),
  labels: ({ g }) => ({ upstream: mapOf(g), default: false, value: () => g(fc.boolean) }),
  checksum: ({ g, entries }, place) => {
    if (place === 'replace') {
      const fed = entries.filter((entry) => entry.place !== 'document' && entry.place !== 'each');
      const of = fed.map(({ path }) => path).filter(() => g(fc.boolean));
      const upstream = g(fc.constantFrom, 'job', 'say "{{ x }}" %d', `${'n'.repeat(53)}.-x`);
      return { upstream, default: true, options: { of, reason: 'x' }, value: () => g(fc.boolean) };
    }
    const of = entries.find((entry) => entry.form === 'json' && entry.place === 'replace')?.path;
    if (of === undefined) return { ...PLANS.labels({ g } as Drawing, 'merge'), options: { form: 'labels' } };
    return {
      upstream: mapOf(g),
      default: false,
      options: { annotation: 'checksum/x', of },
      value: () => g(fc.boolean),
    };
  },
};

export function planOf(drawing: Drawing, place: Placement, form: Form): Plan {
  return PLANS[form](drawing, place);
}

/** A list as upstream has them: none, empty, or with elements. */
export function listOf(g: GeneratorValue): Json | undefined {
  return g(
    fc.constantFrom,
    undefined,
    [],
    null,
    ['a', strange(g)],
    [{ name: 'a' }, { name: 'b', x: tree(g) }],
  );
}

function mapOf(g: GeneratorValue): Json | undefined {
  return g(fc.constantFrom, undefined, {}, null, { app: 'x', p: 'theirs', one: 'theirs', [name(g)]: 'y' });
}

/** A field that is made says what it is when it is empty. */
function created(g: GeneratorValue, none: Json): { readonly default?: Json } {
  return g(fc.boolean) ? { default: none } : {};
}
