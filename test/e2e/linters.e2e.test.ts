import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import { ROOT } from '../helpers/this-project.ts';
import { describeWith, tool } from '../helpers/tools.ts';

interface Scored {
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
  }[];
}

interface Checked {
  readonly results: { readonly failed_checks: readonly { readonly check_id: string }[] };
}

/** kube-score's grade of what is all right. */
const GOOD = 10;

/** The checks that a section of docs/chart-quality.md explains: the first cell of each row. */
function explained(linter: string): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs', 'chart-quality.md'), 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith(`${linter}\n`)) ?? '';
  const cells = [...section.matchAll(/^\|([^|]*)\|/gm)].map(([, cell = '']) => cell);
  return sorted(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, check = '']) => check)));
}

function sorted(checks: readonly string[]): readonly string[] {
  return [...new Set(checks)].toSorted((a, b) => a.localeCompare(b));
}

function defaults(helm: Helm): Promise<string> {
  return helm.template(join(ROOT, 'chart'), { name: 'multus', namespace: 'kube-system' }, {});
}

describeWith(['kube-score'], 'kube-score', () => {
  it('finds exactly what docs/chart-quality.md explains', async () => {
    for (const helm of await testEngines()) {
      const { stdout } = spawnSync(tool('kube-score'), ['score', '-', '-o', 'json'], {
        input: await defaults(helm),
        encoding: 'utf8',
      });
      const found = (JSON.parse(stdout) as readonly Scored[])
        .flatMap(({ checks }) => checks)
        .filter(({ skipped, grade }) => !skipped && grade < GOOD)
        .map(({ check }) => check.id);
      expect(sorted(found)).toEqual(explained('kube-score'));
    }
  });
});

describeWith(['checkov'], 'checkov', () => {
  it('finds exactly what docs/chart-quality.md explains', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'checkov-'));
    const file = join(folder, 'rendered.yaml');
    const [helm] = await testEngines();
    await writeFile(file, await defaults(helm as Helm));
    const args = [
      '--framework',
      'kubernetes',
      '--skip-download',
      '--compact',
      '--quiet',
      '--output',
      'json',
      '--file',
      file,
    ];
    const { stdout } = spawnSync(tool('checkov'), args, { encoding: 'utf8' });
    await rm(folder, { recursive: true });
    const found = (JSON.parse(stdout) as Checked).results.failed_checks.map(({ check_id }) => check_id);
    expect(sorted(found)).toEqual(explained('checkov'));
  });
});
