import { blocksOf, type Block } from './blocks.ts';
import { folded, linesOf } from './lines.ts';
import { showObject } from './object-name.ts';
import { showPath } from './path.ts';
import { tagsOf, title, type Group, type Review } from './review.ts';
import { count, differing, summary } from './summary.ts';

/** Characters in which a change is told in one line; a comment has room. */
const WIDTH = 120;

/**
 * A review as the comment of a pull request: the verdict first, what nobody declared in full, one
 * row for all else, and every line of it folded away.
 */
export function printMarkdown(review: Review): readonly string[] {
  const name = `**${plain(review.after)}** against **${plain(review.before)}**`;
  if (review.groups.length === 0) return [`${name}: no difference in ${count(review.objects, 'object')}.`];
  const declared = review.groups.filter(({ causes }) => causes.length > 0);
  return [
    `${name}: ${differing(review)}.`,
    '',
    // A table without a head has an empty one.
    ...summary(review).flatMap(({ label, calm, lines }, i) => {
      const text = lines.map((line) => plain(line.trim())).join('<br>');
      return [`| ${label} | ${calm ? text : `**${text}**`} |`, ...(i === 0 ? ['|---|---|'] : [])];
    }),
    ...review.groups
      .filter(({ causes }) => causes.length === 0)
      .flatMap((group) => ['', ...groupText(group, review)]),
    ...(declared.length === 0 ? [] : details(declared, review)),
  ];
}

function details(groups: readonly Group[], review: Review): readonly string[] {
  return [
    '',
    '| value | what it does | why |',
    '|---|---|---|',
    ...groups.map((group) => {
      const reasons = group.causes.map((cause) =>
        cause.kind === 'departure' ? plain(cause.reason) : 'your values',
      );
      // In a table a pipe ends a cell even here.
      return `| ${code(title(group)).replaceAll('|', String.raw`\|`)} | ${tagsOf(group.items).join(', ')} | ${[...new Set(reasons)].join('; ')} |`;
    }),
    '',
    `<details><summary>${count(groups.length, 'declared difference')}, line by line</summary>`,
    ...groups.flatMap((group) => ['', ...groupText(group, review)]),
    '',
    '</details>',
  ];
}

function groupText(group: Group, review: Review): readonly string[] {
  const tags = tagsOf(group.items);
  const name = group.causes.length === 0 ? 'Undeclared' : code(title(group));
  return [
    `#### ${[name, ...tags.map((tag) => `(${tag})`)].join(' ')}`,
    ...blocksOf(group.items).flatMap((block) => ['', ...blockText(block, review)]),
  ];
}

function blockText({ places, rows }: Block, { objects }: Review): readonly string[] {
  const lines = rows
    .flatMap((row) => linesOf(row, WIDTH))
    // Only these signs have a colour there; one line for both has none.
    .flatMap(({ sign, text }) =>
      folded(text, WIDTH).map((line) => `${sign === '~' ? '!' : sign} ${line}`.trimEnd()),
    );
  const fence = ticks(lines.join('\n'), 3);
  const names = [
    ...new Set(places.map(({ object, was }) => named(showObject(object), was && showObject(was)))),
  ];
  const paths = [...new Set(places.map(({ at }) => showPath(at)))].filter((path) => path !== '');
  const where = names.length > 1 && names.length === objects ? `all ${objects} objects` : names.join(', ');
  return [[plain(where), ...paths.map(code)].join('<br>'), '', `${fence}diff`, ...lines, fence];
}

function named(name: string, was: string | undefined): string {
  return was === undefined ? name : `${name} (was ${was})`;
}

/** Code in a line, whatever it holds. */
function code(text: string): string {
  const fence = ticks(text, 1);
  return fence.length === 1 ? fence + text + fence : `${fence} ${text} ${fence}`;
}

/** As many backticks as a text does not have in a row, and so many at least. */
function ticks(text: string, least: number): string {
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length + 1);
  return '`'.repeat(Math.max(least, ...runs));
}

/** Text that stays what it is: no markup, no mention of somebody, no reference to an issue. */
function plain(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|~]/g, String.raw`\$&`)
    .replaceAll(/[@#](?=\w)/g, '$&\u200b');
}
