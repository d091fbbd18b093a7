import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import { packArchive } from '../../scripts/package/archive.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { checkReleaseSize, releaseSize } from '../../scripts/verify/release-size.ts';
import { withArchive } from '../../scripts/verify/load-archive.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { describeWith } from '../helpers/tools.ts';

const engines = await testEngines();
const newest: Helm =
  engines.findLast(({ major }) => major > 3) ?? (await Promise.reject(new Error('no Helm 4')));

/** A chart that compresses as manifests do; what is long in it is a comment, so the object is small. */
function bigChart(name: string, fields: number): Promise<Uint8Array> {
  const lines = Array.from({ length: fields }, (_, i) => {
    const word = createHash('sha256').update(`${i}`).digest('base64url').slice(0, 8);
    return `  ${word}: what the field ${word} of ${i} of these many fields is for, and when it is needed`;
  });
  const object = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
  const files = new Map([
    ['Chart.yaml', `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`],
    ['templates/x.yaml', `{{- /*\n${lines.join('\n')}\n*/ -}}\n${object}`],
  ]);
  return packArchive(name, files, '2026-01-01T00:00:00Z');
}

describeWith(['etcd', 'kube-apiserver'], 'a release on a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 120_000);
  afterAll(() => cluster.stop());

  it.each([
    [100, 'installed'],
    [15_000, 'installed'],
    [40_000, 'refused'],
  ])(
    'of a chart with %d fields is as large as the check says, and %s',
    async (fields, outcome) => {
      for (const helm of engines) {
        const chart = { name: `big${fields}-${helm.version.replaceAll('.', '-')}`, version: '1.0.0' };
        await withArchive(chart, await bigChart(chart.name, fields), async (file) => {
          const named = { name: chart.name, namespace: 'default' };
          const release = await newest.install(file, named);
          const isRefused = checkReleaseSize(release).some(({ severity }) => severity === 'error');
          expect(isRefused).toBe(outcome === 'refused');
          const { status, stderr } = await cluster.helm(helm, ['install', chart.name, file, '-n', 'default']);
          if (isRefused) expect(stderr).toContain('data: Too long: may not be more than 1048576 bytes');
          else expect([status, stderr]).toEqual([0, '']);
          if (isRefused) return;
          const secret = cluster.get('secret', `sh.helm.release.v1.${chart.name}.v1`, 'default');
          const data = (secret?.['data'] ?? {}) as JsonObject;
          const kept = Buffer.byteLength(String(data['release']), 'base64');
          expect(kept / releaseSize(release)).toBeGreaterThan(0.96);
          expect(kept / releaseSize(release)).toBeLessThanOrEqual(1);
        });
      }
    },
    120_000,
  );
});
