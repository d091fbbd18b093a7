import { showObject } from '../../review/object-name.ts';
import { consequences, undeclared, type Group, type Item, type Review } from '../../review/review.ts';
import { count } from '../../review/summary.ts';
import type { MarkKind } from '../../review/marks.ts';
import type { PageData } from '../data.ts';
import type { PageChart } from './chart.ts';
import { code, h, table, type Child } from './dom.ts';
import { tags } from './tags.ts';

type Tone = 'calm' | 'look' | 'stop';

interface Tile {
  readonly label: string;
  readonly number: number;
  readonly about: string;
  readonly tone: Tone;
  readonly href: string;
}

/** Whether it is safe to ship, and why. */
export function overview({ data }: PageChart): HTMLElement {
  const { review } = data;
  const tiles = tilesOf(data);
  const { tone, words, about } = verdict(tiles, data);
  return h(
    'div',
    {},
    h('header', { class: `verdict ${tone}` }, h('h1', { tabindex: -1 }, words), h('p', {}, about)),
    h('ul', { class: 'tiles' }, ...tiles.map(tileOf)),
    ...effects(review),
    ...reasons(review),
    ...findings(data),
  );
}

function tilesOf(data: PageData): readonly Tile[] {
  const { review, images } = data;
  const loose = undeclared(review);
  const unpinned = images.filter(({ reference }) => !reference.includes('@sha256:')).length;
  const own = new Set(
    review.groups.flatMap(({ causes }) =>
      causes.filter(({ kind }) => kind === 'value').map(({ value }) => value),
    ),
  ).size;
  const departures = new Set(
    review.groups.flatMap(({ causes }) =>
      causes.filter(({ kind }) => kind === 'departure').map(({ value }) => value),
    ),
  ).size;
  const effect = (kind: MarkKind, label: string, tone: Tone, none: string): Tile => {
    const found = consequences(review, kind);
    return {
      label,
      number: found.size,
      about: found.size === 0 ? none : [...found.keys()].map(shortName).join(', '),
      tone: found.size === 0 ? 'calm' : tone,
      href: '#/changes',
    };
  };
  return [
    {
      label: 'Undeclared',
      number: loose.length,
      about: loose.length === 0 ? 'every change has a reason' : objectsOf(loose).map(shortName).join(', '),
      tone: loose.length === 0 ? 'calm' : 'stop',
      href: '#/changes',
    },
    effect('lost', 'Lost', 'stop', 'nothing goes away'),
    effect('immutable', 'Must be recreated', 'look', 'all can be changed in place'),
    effect('widens', 'New rights', 'look', 'none'),
    effect('restarts', 'Restarts', 'calm', 'no pod'),
    ...[effect('refuses', 'Refuses', 'look', '')].filter(({ number }) => number > 0),
    {
      label: 'Declared',
      number: departures,
      about:
        departures === 0 ? 'no departure' : `${departures === 1 ? 'departure' : 'departures'} with a reason`,
      tone: 'calm',
      href: '#/changes',
    },
    ...(own === 0
      ? []
      : [
          {
            label: 'Your values',
            number: own,
            about: 'that make a difference',
            tone: 'calm',
            href: '#/changes',
          } as const,
        ]),
    {
      label: 'Objects',
      number: review.objects,
      about: review.differ === 0 ? 'none differs' : `${review.differ} differ`,
      tone: 'calm',
      href: '#/objects',
    },
    {
      label: 'Images',
      number: images.length,
      about: unpinned === 0 ? 'all by digest' : `${unpinned} without a digest`,
      tone: unpinned === 0 ? 'calm' : 'look',
      href: '#/images',
    },
  ];
}

function objectsOf(items: readonly Pick<Item, 'object'>[]): readonly string[] {
  return [...new Set(items.map(({ object }) => showObject(object)))];
}

function shortName(object: string): string {
  return object.replace(/^(\S+) .*\//, '$1 ');
}

function tileOf({ label, number, about, tone, href }: Tile): HTMLElement {
  return h(
    'li',
    {},
    h(
      'a',
      { href, class: `tile ${tone}` },
      h('span', { class: 'label' }, label),
      h('strong', {}, String(number)),
      h('span', { class: 'about' }, about),
    ),
  );
}

/** In one sentence whether it is safe; what says no first. */
function verdict(
  tiles: readonly Tile[],
  { review, findings: found }: PageData,
): { readonly tone: Tone; readonly words: string; readonly about: string } {
  const [stops, looks] = (['stop', 'look'] as const).map((tone) =>
    tiles.filter((tile) => tile.tone === tone),
  );
  const list = [...(stops ?? []), ...(looks ?? [])].map(
    ({ label, about }) => `${label.toLowerCase()} (${about})`,
  );
  const errors = found.filter(({ severity }) => severity === 'error').length;
  const sentences = [
    `${review.after} against ${review.before}.`,
    list.length === 0
      ? 'Nothing is lost, nothing must be recreated, and nobody gets new rights.'
      : `What to look at: ${list.join(', ')}.`,
    ...(errors === 0 ? [] : [`A release is refused for ${count(errors, 'reason')}, below.`]),
  ];
  const about = sentences.join(' ');
  if (stops !== undefined && stops.length > 0) return { tone: 'stop', words: 'Look before you ship', about };
  if (errors > 0) return { tone: 'stop', words: 'Not ready to ship', about };
  const words = review.groups.length === 0 ? 'No difference' : 'Every difference is declared';
  return list.length === 0
    ? { tone: 'calm', words, about }
    : { tone: 'look', words: `${words}; look at what it does`, about };
}

const EFFECTS: readonly (readonly [MarkKind, string])[] = [
  ['lost', 'Is lost'],
  ['immutable', 'Must be deleted and made again'],
  ['refuses', 'Refuses what was valid before'],
  ['widens', 'Gets new rights'],
  ['restarts', 'Has its pods replaced'],
];

function effects(review: Review): readonly HTMLElement[] {
  const rows = EFFECTS.flatMap(([kind, words]) =>
    [...consequences(review, kind)].map(([object, whats]) => [
      h('span', { class: `tag ${kind}` }, words),
      object,
      whats.filter((what) => what !== object).join('; '),
    ]),
  );
  if (rows.length === 0) return [];
  const isTold = rows.some(([, , detail]) => detail !== '');
  const heads = ['What', 'Object', ...(isTold ? ['In detail'] : [])];
  const cells = rows.map((row) => (isTold ? row : row.slice(0, 2)));
  return [
    h(
      'section',
      {},
      h('h2', {}, 'What happens on the cluster'),
      table('What happens on the cluster', heads, cells, 'effects'),
    ),
  ];
}

function reasons({ groups }: Review): readonly HTMLElement[] {
  const rows = groups.map((group) => [
    group.causes.length === 0
      ? h('a', { href: '#/changes', class: 'loud' }, 'Undeclared')
      : h('span', {}, ...links(group)),
    h('span', { class: 'tags' }, ...tags(group.items.flatMap(({ marks }) => marks))),
    group.causes
      .map((cause) => (cause.kind === 'departure' ? cause.reason : 'a value of yours'))
      .join('; ') ||
      `${count(group.items.length, 'change')} that nothing in the recipe explains: ${objectsOf(group.items).join(', ')}`,
  ]);
  return rows.length === 0
    ? []
    : [
        h(
          'section',
          {},
          h('h2', {}, 'What differs, and why'),
          table('Differences and their reasons', ['Value', 'Does', 'Because'], rows, 'reasons'),
        ),
      ];
}

function links({ causes }: Group): readonly Child[] {
  return causes.flatMap(({ value }, i) => [
    i > 0 && ' + ',
    h('a', { href: `#/values/${value}` }, code(value)),
  ]);
}

function findings({ findings: found }: PageData): readonly HTMLElement[] {
  if (found.length === 0) return [];
  const rows = found.map(({ severity, place, message, hint }) => [
    h('span', { class: severity === 'error' ? 'tag lost' : 'tag widens' }, severity),
    code(place),
    h('span', {}, message, h('br'), h('small', {}, hint)),
  ]);
  return [
    h(
      'section',
      {},
      h('h2', {}, 'Before a release'),
      table('What a release would say', ['Severity', 'Place', 'What'], rows),
    ),
  ];
}
