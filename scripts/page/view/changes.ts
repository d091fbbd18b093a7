import { blocksOf, type Block } from '../../review/blocks.ts';
import { linesOf } from '../../review/lines.ts';
import { showObject } from '../../review/object-name.ts';
import { showPath } from '../../review/path.ts';
import { title, type Group } from '../../review/review.ts';
import { differing } from '../../review/summary.ts';
import type { PageChart } from './chart.ts';
import { code, h } from './dom.ts';
import { tags } from './tags.ts';

/** Columns within which a change is told in one line. */
const WIDTH = 90;

/** Every change, those of one cause together, what nobody declared first. */
export function changes({ data }: PageChart): HTMLElement {
  const { review } = data;
  return h(
    'div',
    {},
    h('h1', { tabindex: -1 }, 'Changes'),
    h('p', { class: 'lead' }, `${review.after} against ${review.before}: ${differing(review)}.`),
    ...review.groups.map((group) => groupOf(group, review.objects)),
  );
}

function groupOf(group: Group, objects: number): HTMLElement {
  const isDeclared = group.causes.length > 0;
  const heading = isDeclared ? [code(title(group))] : ['Undeclared'];
  const reasons = group.causes.flatMap((cause) => (cause.kind === 'departure' ? [cause.reason] : []));
  return h(
    'section',
    { class: isDeclared ? 'group' : 'group loud' },
    h('h2', {}, ...heading, ' ', ...tags(group.items.flatMap(({ marks }) => marks))),
    ...(reasons.length > 0 ? [h('p', { class: 'reason' }, reasons.join('; '))] : []),
    ...(isDeclared ? [] : [h('p', {}, 'Nothing in the recipe and none of your values explains these.')]),
    ...blocksOf(group.items).map((block) => blockOf(block, objects)),
  );
}

function blockOf({ places, rows }: Block, objects: number): HTMLElement {
  const names = [...new Set(places.map(({ object }) => showObject(object)))];
  const paths = [...new Set(places.map(({ at }) => showPath(at)))].filter((path) => path !== '');
  const where = names.length > 2 && names.length === objects ? `all ${objects} objects` : names.join(', ');
  const lines = rows.flatMap((row) => linesOf(row, WIDTH));
  const className = { '+': 'ins', '-': 'del', '~': 'upd', ' ': '' } as const;
  const words = { '+': 'added: ', '-': 'removed: ', '~': 'changed: ', ' ': '' } as const;
  return h(
    'figure',
    {},
    h('figcaption', {}, where, ...paths.flatMap((path) => [h('br'), code(path)])),
    h(
      'div',
      { class: 'snippet' },
      ...lines.map(({ sign, text }) =>
        h(
          'div',
          { class: className[sign], 'data-sign': sign === '-' ? '−' : sign },
          words[sign] !== '' && h('span', { class: 'sr' }, words[sign]),
          text,
        ),
      ),
    ),
  );
}
