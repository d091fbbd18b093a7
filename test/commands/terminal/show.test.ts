import { describe, expect, test } from 'vitest';
import { alignColumns } from '../../../scripts/commands/terminal/output.ts';
import type { Output } from '../../../scripts/commands/terminal/output.ts';
import type { PublishReceipt } from '../../../scripts/publish/receipt.ts';
import { printNextSteps } from '../../../scripts/commands/terminal/show.ts';

/** What is printed. */
function printed(print: (out: Output) => void): readonly string[] {
  const lines: string[] = [];
  print({
    step: (label, detail) => void lines.push(`${label} ${detail}`),
    line: (text = '') => void lines.push(text),
    warn: (text) => void lines.push(`warning: ${text}`),
    table: (rows) => void lines.push(...alignColumns(rows)),
    json: () => {},
    paint: (_, text) => text,
    status: () => {},
    columns: () => Infinity,
  });
  return lines;
}

const RECEIPT = {
  digest: 'sha256:1',
  chart: { name: 'c', version: '1.0.0' },
  target: 'git.test/infra/c',
  tag: '1.0.0',
} as unknown as PublishReceipt;

function commands(registry?: string, project?: string, namespace?: string): readonly string[] {
  const lines = printed((out) => printNextSteps(RECEIPT, { registry, project, namespace }, out));
  return lines.slice(lines.indexOf('Next:') + 1).map((line) => line.split(/ {2,}/)[0] ?? '');
}

describe('what to do next', () => {
  test('of this repository', () => {
    expect(commands()).toEqual([
      'npm run template',
      'npm run review',
      'npm run release -- --registry oci://HOST/OWNER',
    ]);
  });

  test('of another project, published to a registry', () => {
    expect(commands('git.test/infra', '/srv/other')).toEqual([
      'npm run template -- --project /srv/other',
      'npm run review -- --project /srv/other',
      'npm run argocd -- --project /srv/other --registry oci://git.test/infra',
      'helm install c oci://git.test/infra/c --version 1.0.0',
    ]);
  });

  test('into the namespace that the recipe knows', () => {
    expect(commands('git.test/infra', undefined, 'kube-system').at(-1)).toBe(
      'helm install c oci://git.test/infra/c --version 1.0.0 -n kube-system',
    );
  });

  test('in words that a shell takes as they are', () => {
    expect(commands(undefined, "/a b/it's")[0]).toBe(
      String.raw`npm run template -- --project '/a b/it'\''s'`,
    );
  });
});
