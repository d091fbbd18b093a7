import { beforeAll, describe, expect, it } from 'vitest';
import { generate, type Built } from '../../scripts/built.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { scriptJson } from '../../scripts/page/html.ts';
import { pageData } from '../../scripts/page/make.ts';
import type { PageData } from '../../scripts/page/data.ts';
import type { Side } from '../../scripts/review/review.ts';
import { reviewChart, upstreamSide } from '../../scripts/sides/own.ts';
import { readText } from '../../scripts/io/files.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

const INSTALLATION = { values: {}, release: { name: 'a', namespace: 'b' } };
const SECRET = (text: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  key: ${text}\n`;

function dataOf(built: Built, before?: Side): PageData {
  const { project, lock, manifest, model } = built;
  const review = reviewChart(built, before ?? upstreamSide(built), INSTALLATION);
  const { recipe } = project;
  return pageData({
    recipe,
    lock,
    manifest,
    model,
    schema: {},
    findings: [],
    review,
    before,
    ...INSTALLATION,
  });
}

describe('what a page is made of', () => {
  let built: Built;
  beforeAll(async () => {
    built = await thisProject();
  });

  it('says of every field the line of upstream that it comes from', async () => {
    const { fields, resources } = dataOf(built);
    const lines = (await readText(`${ROOT}/upstream/manifest.yaml`)).split('\n');
    const own = fields.filter(
      ({ path, resource, made }) => path.length > 0 && made !== true && resources[resource]?.added !== true,
    );
    expect(own.length).toBeGreaterThan(20);
    for (const { path, line } of own) {
      const key = path.findLast((step) => typeof step === 'string');
      expect(lines[line - 1]).toContain(String(key));
    }
  });

  it('holds no secret, of upstream or of what runs', async () => {
    const { manifest, project, lock } = built;
    const upstream = manifest.resources.filter(({ added }) => added !== true);
    const resources = [...upstream, ...parseManifest(SECRET('c2VjcmV0'), 'm').resources];
    const own = await generate(project, { ...manifest, resources }, lock);
    const running = parseManifest(SECRET('b3RoZXI='), 'running').resources.map(({ object }) => object);
    const json = scriptJson(dataOf(own, { name: 'running', objects: running }));
    expect(json).toContain('"Secret"');
    expect(json).not.toMatch(/c2VjcmV0|b3RoZXI=/);
  });

  it('says nothing of where the project is published and deployed', () => {
    expect(dataOf(built).recipe).not.toHaveProperty('argocd');
    expect(dataOf(built).recipe).not.toHaveProperty('publish');
  });
});
