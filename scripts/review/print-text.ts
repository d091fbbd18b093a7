import { blocksOf, type Block } from './blocks.ts';
import { folded, linesOf, wrap, type Line } from './lines.ts';
import { showObject } from './object-name.ts';
import { showPath } from './path.ts';
import { tagsOf, title, type Group, type Item, type Review } from './review.ts';
import { count, differing, summary } from './summary.ts';

/** Colours text, or does not. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string) => string;

/** Columns: what a terminal beside another window has, and a pull request shows. */
const WIDTH = 100;

const LABEL = 12;

/** What is shown of a review. */
interface Shown {
  /** Whether changes can be declared: one side is the chart. */
  readonly ofChart: boolean;
  /** Lines of something new. */
  readonly most?: number;
}

/** A review for a terminal: first what one must know, then each group with what, where and why. */
export function printText(review: Review, paint: Paint): readonly string[] {
  return printed(review, review.groups, paint, { ofChart: true });
}

/**
 * The difference of two sides of which none is the chart: nobody could declare anything. Shorter than a
 * review: descriptions of CustomResourceDefinitions are counted, and of what is new the beginning is shown.
 */
export function printDifference(review: Review, paint: Paint): readonly string[] {
  const items = review.groups.flatMap((group) => group.items);
  const told = items.filter((item) => !isDescription(item));
  const left = items.length - told.length;
  return [
    ...printed(review, told.length === 0 ? [] : [{ causes: [], items: told }], paint, {
      ofChart: false,
      most: BEGINNING,
    }),
    ...(left === 0 ? [] : ['', `  and ${count(left, 'description')} in CustomResourceDefinitions`]),
  ];
}

const BEGINNING = 12;

/** What a CustomResourceDefinition says to people. */
function isDescription({ object, path }: Item): boolean {
  const isDefinition = object.kind === 'CustomResourceDefinition' && path[1] === 'versions';
  return isDefinition && path.at(-1) === 'description' && path.at(-2) !== 'properties';
}

function printed(review: Review, groups: readonly Group[], paint: Paint, shown: Shown): readonly string[] {
  const head = `${review.after} against ${review.before}: `;
  if (review.groups.length === 0) return [`${head}no difference in ${count(review.objects, 'object')}`];
  return [
    paint('bold', head + differing(review)),
    '',
    ...summary(review, shown.ofChart).flatMap(({ label, calm, lines }) => {
      const [first = '', ...rest] = lines.flatMap((line) => wrap(line, WIDTH - LABEL - 2));
      return [
        `  ${paint(calm ? 'green' : 'yellow', label.padEnd(LABEL))}${first}`,
        ...rest.map((line) => `  ${' '.repeat(LABEL)}${line}`),
      ];
    }),
    ...groups.flatMap((group) => ['', ...groupText(group, review, paint, shown)]),
  ];
}

function groupText(group: Group, review: Review, paint: Paint, shown: Shown): readonly string[] {
  const isDeclared = group.causes.length > 0;
  const tags = (items: Block['rows']): readonly string[] => tagsOf(items).map((tag) => `[${tag}]`);
  const name = isDeclared ? paint('bold', title(group)) : paint('red', paint('bold', 'UNDECLARED'));
  return [
    // What nobody declared has several causes: each says for itself what it does.
    ...(shown.ofChart ? [`${name}${isDeclared ? painted(tags(group.items), paint) : ''}`] : []),
    ...blocksOf(group.items).flatMap((block) =>
      blockText(
        block,
        isDeclared ? [] : tags(block.rows),
        { objects: review.objects, most: shown.most },
        paint,
      ),
    ),
    ...group.causes.flatMap((cause) =>
      cause.kind === 'value'
        ? []
        : wrap(`because ${cause.reason}`, WIDTH - 2).map((line) => `  ${paint('dim', line)}`),
    ),
  ];
}

function painted(tags: readonly string[], paint: Paint): string {
  return tags.map((tag) => `  ${paint('yellow', tag)}`).join('');
}

function blockText(
  { places, rows }: Block,
  tags: readonly string[],
  { objects, most }: { readonly objects: number; readonly most: number | undefined },
  paint: Paint,
): readonly string[] {
  const lines = rows.flatMap((row) => linesOf(row, WIDTH - 6, most));
  const [first = '', ...rest] = placeLines(places, objects, WIDTH - 2 - tags.join('  ').length - 2);
  return [
    `  ${first}${painted(tags, paint)}`,
    ...rest.map((line) => `  ${line}`),
    ...lines.flatMap((line) => lineText(line, paint).map((text) => `    ${text}`)),
  ];
}

/** Where a block is; several objects with the same place in them in one line. */
function placeLines(places: Block['places'], objects: number, width: number): readonly string[] {
  const names = places.map(
    ({ object, was }) => `${showObject(object)}${was === undefined ? '' : `, was ${showObject(was)}`}`,
  );
  const paths = [...new Set(places.map(({ at }) => showPath(at)))];
  const [path = ''] = paths;
  const distinct = new Set(names);
  if (paths.length === 1 && distinct.size > 2) {
    if (distinct.size === objects) return [`all ${objects} objects  ${path}`];
    // A name is not broken.
    const list = [...distinct].map((name) => name.replaceAll(' ', NO_BREAK)).join(', ');
    return [
      `${distinct.size} objects  ${path}`,
      ...wrap(list, WIDTH - 6).map((line) => `  ${line.replaceAll(NO_BREAK, ' ')}`),
    ];
  }
  return [...distinct].flatMap((name) => {
    const own = places.filter((_, i) => names[i] === name).map(({ at }) => showPath(at));
    const [first = ''] = own;
    if (own.length === 1 && name.length + 2 + first.length <= width)
      return [first === '' ? name : `${name}  ${first}`];
    return [name, ...own.map((at) => `  ${at}`)];
  });
}

const NO_BREAK = '\u00a0';

/** A line that is too long goes on below itself. */
function lineText({ sign, text }: Line, paint: Paint): readonly string[] {
  const style = ({ '+': 'green', '-': 'red', '~': 'yellow', ' ': undefined } as const)[sign];
  return folded(text, WIDTH - 6).map((line, i) => {
    const shown = `${i === 0 ? sign : ' '} ${line}`.trimEnd();
    return style === undefined ? shown : paint(style, shown);
  });
}
