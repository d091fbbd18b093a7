import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hasShared, readShared } from '../helpers/shared-files.ts';
import { ROOT } from '../helpers/this-project.ts';

const MEASURED = 'reference/real-node.md';

/** What was measured, by row: all but the first column, which says the resources in words. */
function figures(text: string): readonly string[] {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith('| resources of the daemon |'));
  const end = lines.findIndex((line, i) => i > head && !line.startsWith('|'));
  return lines.slice(head + 2, end).map((line) => line.split('|').slice(2, -1).join('|').replaceAll('*', ''));
}

it.skipIf(!hasShared(MEASURED))('the README of the chart has the figures as they were measured', () => {
  // The leaked addresses are told below the table.
  const measured = figures(readShared(MEASURED)).map((row) => row.replace(/, at least.*leaked/, ''));
  expect(measured).toHaveLength(5);
  expect(figures(readFileSync(join(ROOT, 'chart', 'README.md'), 'utf8'))).toEqual(measured);
});
