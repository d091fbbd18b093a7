import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testEngines } from '../../scripts/io/helm-engines.ts';
import { ROOT } from '../helpers/this-project.ts';
import { describeWith, tool } from '../helpers/tools.ts';

interface Scored {
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
  }[];
}

/** kube-score's grade of what is all right. */
const GOOD = 10;

describeWith(['kube-score'], 'kube-score', () => {
  it('finds exactly what docs/chart-quality.md explains', async () => {
    const page = readFileSync(join(ROOT, 'docs', 'chart-quality.md'), 'utf8');
    const explained = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map((match) => match[1] ?? '');
    for (const helm of await testEngines()) {
      const rendered = await helm.template(
        join(ROOT, 'chart'),
        { name: 'multus', namespace: 'kube-system' },
        {},
      );
      const { stdout } = spawnSync(tool('kube-score'), ['score', '-', '-o', 'json'], {
        input: rendered,
        encoding: 'utf8',
      });
      const found = (JSON.parse(stdout) as readonly Scored[])
        .flatMap(({ checks }) => checks)
        .filter(({ skipped, grade }) => !skipped && grade < GOOD)
        .map(({ check }) => check.id);
      expect([...new Set(found)].toSorted((a, b) => a.localeCompare(b))).toEqual(
        explained.toSorted((a, b) => a.localeCompare(b)),
      );
    }
  });
});
