import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { getPath } from '../../scripts/templatize/tree.ts';
import type { JsonObject } from '../../scripts/parse/manifest.ts';
import { ROOT } from '../helpers/this-project.ts';

function text(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}

test('docs/pipeline.md explains every kind of entry', async () => {
  const schema = JSON.parse(await text('scripts/recipe/recipe.schema.json')) as JsonObject;
  const kinds = getPath(schema, 'definitions.entry.properties.as.enum') as readonly string[];
  const page = await text('docs/pipeline.md');
  const rows = page.matchAll(/^\| `(\w+)` \| .+ \| .+ \|$/gm);
  const explained = new Set([...rows].map(([, kind]) => kind));
  expect(kinds.length).toBeGreaterThan(10);
  expect(kinds.filter((kind) => !explained.has(kind))).toEqual([]);
});
