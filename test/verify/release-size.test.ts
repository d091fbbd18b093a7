import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import { packArchive } from '../../scripts/package/archive.ts';
import { checkReleaseSize, releaseSize } from '../../scripts/verify/release-size.ts';
import { withArchive } from '../../scripts/verify/load-archive.ts';

const MOST = 1024 * 1024;

/** Text that compresses to half of it, like a seed's hexadecimal digits. */
function noise(seed: string, size: number): string {
  return createHash('shake256', { outputLength: size / 2 })
    .update(seed)
    .digest('hex');
}

/** The release of a chart with this much in a file, as Helm 4 says it would be. */
async function releaseOf(size: number): Promise<readonly string[]> {
  const chart = { name: 'big', version: '1.0.0' };
  const files = new Map([
    ['Chart.yaml', 'apiVersion: v2\nname: big\nversion: 1.0.0\n'],
    ['README.md', noise('readme', size)],
    ['templates/x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n'],
  ]);
  const engines = (await testEngines()).filter(({ major }) => major > 3);
  return withArchive(chart, await packArchive(chart.name, files, '2026-01-01T00:00:00Z'), (file) =>
    Promise.all(engines.map((helm) => helm.install(file, { name: 'big', namespace: 'default' }))),
  );
}

describe('the release of a chart', () => {
  // The file is in it in base64, and base64 in gzip in base64 is three quarters longer than the digits are.
  test.each([
    [100_000, undefined],
    [1_100_000, 'warning'],
    [1_500_000, 'error'],
  ])('with %d digits in a file: %s', async (size, severity) => {
    for (const release of await releaseOf(size)) {
      const [finding] = checkReleaseSize(release);
      expect(finding?.severity).toBe(severity);
      if (finding === undefined) continue;
      expect(finding.message).toContain(
        `about ${releaseSize(release)} bytes, and Kubernetes takes ${MOST}, so`,
      );
      expect(finding.hint).toContain(`The most is of README.md (${size} bytes), templates/x.yaml (`);
    }
  });
});

test.each([
  ['no JSON', noise('x', 2_000_000)],
  ['no release', JSON.stringify({ text: noise('x', 2_000_000) })],
])('a script in place of Helm that prints %s is no bug of ours', (what, text) => {
  expect(() => checkReleaseSize(text)).toThrow(
    expect.objectContaining({
      code: 'HELM_FAILED',
      message: `helm install --output json prints ${what}`,
    }),
  );
});
