import { expect, test } from 'vitest';
import { measure } from './measure.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { mixed, synthetic } from './synthetic.ts';
import { testEngines } from '../helpers/engines.ts';
import { readText } from '../../scripts/io/files.ts';
import { join } from 'node:path';
import { SNAPSHOT_FILE } from '../../scripts/fetch/snapshot.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

const { project, lock, manifest } = await thisProject();
const engines = (await testEngines()).slice(-1);

test('this project is measured whole, its own objects too', async () => {
  const text = await readText(join(ROOT, SNAPSHOT_FILE));
  const measured = await measure({ text, project, lock }, engines, 1);
  expect(measured.documents).toBe(manifest.resources.length);
  for (const stage of ['generate', 'prove', 'package'] as const) expect(measured[stage]).toBeGreaterThan(0);
});

test('a mixed manifest has as many documents as asked for, of five kinds', () => {
  const { resources } = parseManifest(mixed(101), 'mixed.yaml');
  expect(resources).toHaveLength(101);
  expect(new Set(resources.map(({ kind }) => kind)).size).toBe(5);
});

test('a synthetic project has as many documents as asked for, and is proven', async () => {
  const made = synthetic(21, project.builtins);
  const subject = { text: made.text, project: { ...made.project, root: ROOT }, lock: made.lock };
  expect(await measure(subject, engines, 1)).toMatchObject({ documents: 21 });
});
