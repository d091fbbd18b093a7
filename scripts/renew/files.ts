import { join } from 'node:path';
import type { Built } from '../built.ts';
import { diffChart, formatList, listOf, refuseForeign } from '../io/chart-dir.ts';
import { pathBelow } from '../io/files.ts';
import type { Together } from '../io/together.ts';

/**
 * All that changes in a project with its chart.
 *
 * @param authored path → content of what is not generated
 * @throws CHART_FOREIGN when a file of somebody else's would be removed
 */
export async function filesOf(
  { project: { root }, files }: Built,
  authored: ReadonlyMap<string, string | Uint8Array>,
): Promise<Together> {
  const chart = join(root, 'chart');
  const diff = await diffChart(chart, files);
  refuseForeign(chart, diff);
  const below = (path: string): string => pathBelow(root, join(chart, path));
  const generated = [...diff.changed, ...diff.added].map(
    (path) => [below(path), files.get(path) ?? ''] as const,
  );
  return {
    writes: new Map<string, string | Uint8Array>([
      ...authored,
      ...generated,
      ...(diff.unlisted ? [[pathBelow(root, listOf(chart)), formatList(chart, files)] as const] : []),
    ]),
    removes: diff.removed.map(below),
  };
}
