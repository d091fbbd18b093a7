import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../helpers/this-project.ts';
import { commandNames } from './setup.ts';

test('the installed command knows every command with one line', async () => {
  const text = await readFile(join(ROOT, 'scripts', 'chartlift.js'), 'utf8');
  const rows = [...text.matchAll(/^ {2}([a-z]+): (?:'[^']{10,60}'|"[^"]{10,60}"),$/gm)].map(
    ([, name]) => name,
  );
  // Of this repository alone.
  const own = new Set(['docs', 'prepare']);
  expect(rows).toEqual(expect.arrayContaining(commandNames().filter((name) => !own.has(name))));
});
