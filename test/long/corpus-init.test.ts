import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeProject } from '../../scripts/init/write.ts';
import { diffChart } from '../../scripts/io/chart-dir.ts';
import { build } from '../../scripts/built.ts';
import { newProject } from '../helpers/new-project.ts';
import { realManifests } from '../helpers/real-manifests.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe.each(realManifests())('init of $name', (manifest) => {
  test('is proved, the same twice, and builds to what it wrote', async () => {
    const root = join(folder, manifest.name);
    const began = Date.now();
    const project = await newProject(manifest, root);
    const took = Date.now() - began;
    // Both Helms at the defaults, as upstream, and nothing else: proofs with findings are thrown.
    expect(project.proof.renders).toBe(4);
    const again = await newProject(manifest, root);
    expect([...again.files, ...again.chart]).toEqual([...project.files, ...project.chart]);

    await writeProject(root, project);
    const { changed, added, removed } = await diffChart(join(root, 'chart'), (await build(root)).files);
    expect([changed, added, removed]).toEqual([[], [], []]);
    expect(await readFile(join(root, 'recipe.yaml'), 'utf8')).toBe(project.files.get('recipe.yaml'));

    const { built, inference } = project;
    process.stdout.write(
      `${manifest.name}: ${built.manifest.resources.length} objects, ${inference.drafts.length} values, ` +
        `${inference.left.length} left, ${took} ms\n`,
    );
  });
});
