import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VALUE_KINDS } from '../../scripts/infer/draft.ts';
import { ROOT } from '../helpers/this-project.ts';

test('docs/any-manifest.md has every kind of value that --select takes, and no other', async () => {
  const page = await readFile(join(ROOT, 'docs/any-manifest.md'), 'utf8');
  const [, table = ''] = /^\| values \| names \| kind \|\n\|[-|]+\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const kinds = table
    .trim()
    .split('\n')
    .flatMap((row) => [...(row.split('|').at(-2) ?? '').matchAll(/`(\w+)`/g)].map(([, kind]) => kind));
  expect(new Set(kinds)).toEqual(new Set(Object.keys(VALUE_KINDS)));
});
