import type { Change } from '../chart/changelog.ts';
import { nameOf } from '../chart/pin.ts';
import type { Reason } from './reason.ts';

type Named = Parameters<typeof nameOf>[0];

/** What a bump changed, for the changelog. */
interface Changed {
  /** Upstream's version until now, and from now on. */
  readonly versions: readonly [before: string, now: string];
  readonly reasons: readonly Reason[];
  /** Images by the path of their value, as the chart named them and names them. */
  readonly images: readonly {
    readonly path: string;
    readonly was: Named | undefined;
    readonly image: Named;
  }[];
  /** Paths of the values whose departures are upstream's own now. */
  readonly caught: readonly string[];
}

/** As many as a person reads; a manifest may have thousands of objects. */
const MOST_REASONS = 20;

/** The changelog's lines for another version of upstream. */
export function changesOf({ versions: [old, now], reasons, images, caught }: Changed): readonly Change[] {
  const changed = (description: string): Change => ({ kind: 'changed', description });
  // Images are told with their tags, and a patch is none of the users' business.
  const told = reasons.filter(({ level }) => level !== 'patch');
  const more = told.length - MOST_REASONS;
  return [
    changed(`Upstream is ${now} in place of ${old}.`),
    ...images.flatMap(({ path, was, image }) => {
      if (was === undefined) return [changed(`\`${path}\` is ${image.tag}.`)];
      const isMoved = was.registry !== image.registry || was.repository !== image.repository;
      const [before, after] = [was, image].map((one) => (isMoved ? nameOf(one) : one.tag));
      return before === after ? [] : [changed(`\`${path}\` is ${after} in place of ${before}.`)];
    }),
    ...caught.map((path) => changed(`\`${path}\` is as upstream has it: upstream has caught up.`)),
    ...told.slice(0, MOST_REASONS).map(changeOf),
    ...(more > 0 ? [changed(`And ${more} more.`)] : []),
  ];
}

function changeOf({ text }: Reason): Change {
  const kind = / is new$| has new fields$/.test(text)
    ? 'added'
    : text.endsWith(' is gone')
      ? 'removed'
      : 'changed';
  return { kind, description: `${text.charAt(0).toUpperCase()}${text.slice(1)}.` };
}
