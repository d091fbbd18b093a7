import { containersOf } from '../pods.ts';
import { objectName, showObject } from '../../review/object-name.ts';
import { count } from '../../review/summary.ts';
import type { PageChart } from './chart.ts';
import { code, h, table, type Child } from './dom.ts';

/** The images with their digests and platforms, and where each runs. */
export function images(chart: PageChart): HTMLElement {
  const { data, pairs } = chart;
  const pinned = data.images.map(({ value, reference, platforms, source }): readonly Child[] => {
    const [name = '', digest] = reference.split('@');
    return [
      h('a', { href: `#/values/${value}` }, value),
      code(name),
      digest === undefined ? h('span', { class: 'tag widens' }, 'no digest') : code(digest, 'digest'),
      platforms.length === 0 ? h('span', { class: 'sub' }, 'not known') : platforms.join(', '),
      { registry: 'the registry', recipe: 'the recipe', file: 'a file', none: '' }[source ?? 'none'],
    ];
  });
  const running = pairs.flatMap(({ after }) =>
    after === undefined
      ? []
      : containersOf(after).map(({ name, init, image }): readonly Child[] => [
          showObject(objectName(after)),
          `${name}${init ? ' (init)' : ''}`,
          h(
            'span',
            {},
            code(image),
            ' ',
            !image.includes('@sha256:') && h('span', { class: 'tag widens' }, 'no digest'),
          ),
        ]),
  );
  return h(
    'div',
    {},
    h('h1', { tabindex: -1 }, 'Images'),
    h(
      'p',
      { class: 'lead' },
      `${count(pinned.length, 'image')} that a value names, ${count(running.length, 'container')}.`,
    ),
    ...(pinned.length > 0
      ? [
          h(
            'section',
            {},
            h('h2', {}, 'Pins'),
            table('Images by value', ['Value', 'Image', 'Digest', 'Platforms', 'Stated by'], pinned),
          ),
        ]
      : []),
    ...(running.length > 0
      ? [
          h(
            'section',
            {},
            h('h2', {}, 'Where they run'),
            table('Images by container', ['Object', 'Container', 'Image'], running),
          ),
        ]
      : []),
  );
}
