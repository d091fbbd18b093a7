import { expect, test } from 'vitest';
import { runNode } from '../helpers/command-line.ts';

const BENCH = ['--import', 'tsx/esm', 'test/bench/bench.ts'];

test('npm run bench measures every case in a process of its own', async () => {
  const { code, stdout, stderr } = await runNode([...BENCH, '--runs', '1', '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const { rows } = JSON.parse(stdout) as { readonly rows: readonly Readonly<Record<string, number>>[] };
  expect(rows.map(({ documents }) => documents)).toEqual([9, 70, 700, 7000]);
  for (const row of rows)
    expect(
      Object.values(row).every((number) => number > 0),
      JSON.stringify(row),
    ).toBe(true);
});
