import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { reviewJson } from '../../scripts/review/print-json.ts';
import { printMarkdown } from '../../scripts/review/print-markdown.ts';
import { printText } from '../../scripts/review/print-text.ts';
import type { Review } from '../../scripts/review/review.ts';
import { fileSide } from '../../scripts/sides/file.ts';
import { reviewChart, upstreamSide } from '../../scripts/sides/own.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

const GOLDEN = '../golden/review';
const LIVE = join(ROOT, 'test', 'fixtures', 'review', 'live.yaml');
const RELEASE = { name: 'multus', namespace: 'kube-system' };

/** A value that needs another one, before it. */
const SITE: JsonObject = {
  platform: 'k3s',
  extraVolumeMounts: [{ name: 'tools', mountPath: '/tools' }],
  extraVolumes: [{ name: 'tools', hostPath: { path: '/opt/tools' } }],
  daemonConfig: { logLevel: 'debug' },
  resources: { limits: { memory: '2Gi' } },
  rbac: { extraRules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }] },
};

const REVIEWS: Readonly<Record<string, () => Promise<Review>>> = {
  upstream: async () =>
    reviewChart(await thisProject(), upstreamSide(await thisProject()), { values: {}, release: RELEASE }),
  site: async () =>
    reviewChart(await thisProject(), upstreamSide(await thisProject()), { values: SITE, release: RELEASE }),
  live: async () => {
    const side = { ...(await fileSide(LIVE, async () => '')), name: 'live.yaml' };
    return reviewChart(await thisProject(), side, { values: {}, release: RELEASE });
  },
};

describe.each(Object.keys(REVIEWS))('this chart against %s', (name) => {
  const made = REVIEWS[name]?.();

  test('as a terminal shows it, in lines that a person can read', async () => {
    const lines = printText((await made) as Review, (_, text) => text);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`${GOLDEN}/${name}.txt`);
    // What has no blank cannot be broken: an image with its digest.
    expect(lines.filter((line) => line.length > 100 && !/^\s*[-+~]?\s+\S+$/.test(line))).toEqual([]);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  test('as a comment', async () => {
    const lines = printMarkdown((await made) as Review);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`${GOLDEN}/${name}.md`);
  });

  test('for machines', async () => {
    const json = JSON.stringify(reviewJson((await made) as Review), null, 2);
    await expect(`${json}\n`).toMatchFileSnapshot(`${GOLDEN}/${name}.json`);
  });
});
