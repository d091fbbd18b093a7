import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { getPath } from '../../scripts/json/tree.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { FITS, PLACES, type Entry } from '../../scripts/recipe/entry.ts';
import { ROOT } from '../helpers/this-project.ts';

function text(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}

test.each(['place', 'form'])('docs/pipeline.md explains every %s', async (axis) => {
  const schema = JSON.parse(await text('scripts/recipe/recipe.schema.json')) as JsonObject;
  const all = getPath(schema, `definitions.entry.properties.${axis}.enum`) as readonly string[];
  const page = await text('docs/pipeline.md');
  const explained = new Set([...page.matchAll(/^\| `(\w+)` \| .+ \|$/gm)].map(([, name]) => name));
  expect(all.length).toBeGreaterThan(5);
  expect(all.filter((name) => !explained.has(name))).toEqual([]);
});

test('the types and the schema of an entry say the same', async () => {
  const schema = JSON.parse(await text('scripts/recipe/recipe.schema.json')) as JsonObject;
  const of = (path: string): readonly string[] => {
    const value = getPath(schema, `definitions.entry.properties${path}`);
    return (Array.isArray(value) ? (value as readonly string[]) : Object.keys(value ?? {})).toSorted();
  };
  expect(of('.place.enum')).toEqual(Object.keys(PLACES).toSorted());
  expect(of('.form.enum')).toEqual(Object.keys(FITS).toSorted());
  expect(of('')).toEqual([...Object.keys(MEMBERS), ...WRITTEN].toSorted());
});

/** Members of an entry, all of them: the compiler asks for those that are missing here. */
const MEMBERS: { readonly [K in Exclude<Members<Entry>, 'at'>]: true } = {
  path: true,
  place: true,
  form: true,
  default: true,
  reason: true,
  targets: true,
  unique: true,
  refers: true,
  inner: true,
  check: true,
  fields: true,
  omitEmpty: true,
  derive: true,
  extra: true,
  registries: true,
  choices: true,
  content: true,
  unlessServed: true,
  token: true,
  annotation: true,
  of: true,
};

type Members<T> = T extends unknown ? keyof T : never;

/** What is written in recipe.yaml and resolved when it is read. */
const WRITTEN = ['for', 'select', 'reject', 'fieldPaths', 'create', 'after'] as const;
