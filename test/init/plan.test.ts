import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { newProject } from '../helpers/new-project.ts';

const SHAPES = fileURLToPath(new URL('../fixtures/init/shapes.yaml', import.meta.url));

test('fields that are empty, null or first in their list, texts that hurt, names that collide: all is proved', async () => {
  const text = await readFile(SHAPES, 'utf8');
  const { proof, inference } = await newProject({ name: 'shapes.yaml', text });
  expect(proof.renders).toBe(4);
  // What no rule foresaw would be told in the words of the build.
  expect(inference.left.map(({ why }) => why).filter((why) => why.startsWith('Entry '))).toEqual([]);
  const paths = inference.drafts.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'dbStatefulSet.ports.port53tcp',
      'dbStatefulSet.imageContainer.image',
      'setup.nameFollowsContent',
      'config.a.tmpl',
    ]),
  );
});
