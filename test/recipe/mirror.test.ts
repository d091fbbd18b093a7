import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRecipe } from '../../scripts/recipe/load.ts';
import { ROOT } from '../helpers/this-project.ts';

async function withMirror(mirror: string): Promise<string | undefined> {
  const recipe = await readFile(join(ROOT, 'recipe.yaml'), 'utf8');
  const text = recipe.replace('\nimages:\n', `\nimages:\n  mirror: ${mirror}\n`);
  return parseRecipe(text, 'recipe.yaml').mirror;
}

test.each(['oci://git.example.org/x', 'oci://git.example.org/infra', 'oci://127.0.0.1:3000/a/b'])(
  'images.mirror may be %s',
  async (mirror) => {
    expect(await withMirror(mirror)).toBe(mirror);
  },
);

test.each([
  'oci://git.example.org',
  'oci://git.example.org/',
  'oci://git.example.org/a/',
  'git.example.org/a',
])('images.mirror may not be %s', async (mirror) => {
  await expect(withMirror(mirror)).rejects.toMatchObject({ code: 'RECIPE_INVALID' });
});
