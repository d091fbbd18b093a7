import { mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../helpers/command-line.ts';
import { ROOT } from '../helpers/this-project.ts';

const LIVE = join(ROOT, 'test', 'fixtures', 'review', 'live.yaml');
const OLD = join(ROOT, 'test', 'fixtures', 'releases', 'multus-0.9.0.tgz');

test('a file out of a cluster: what somebody edited there is told, what the server wrote is not', async () => {
  const { code, stdout, stderr } = await runCommand('review', ['--against', LIVE, '--fail-on', 'undeclared']);
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toContain(`multus 1.0.0 against ${LIVE}: 6 of 6 objects differ\n`);
  expect(stdout).toMatch(/^ {2}undeclared {2}3 changes /m);
  expect(stdout).toContain('- example.org/source: by hand\n');
  expect(stdout).not.toMatch(/dnsPolicy|managedFields|terminationMessagePath|last-applied/);
});

test('the same from standard input, for machines', async () => {
  const { code, stdout } = await runCommand(
    'review',
    ['--against', '-', '--json'],
    {},
    await readFile(LIVE, 'utf8'),
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ before: 'standard input', differ: 6, undeclared: 3, lost: {} });
});

test('a packed chart, as a comment, and any difference is one too many', async () => {
  const { code, stdout } = await runCommand('review', ['--against', OLD, '--markdown', '--fail-on', 'any']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^\*\*multus 1\.0\.0\*\* against \*\*/);
  expect(stdout).toMatch(/<details><summary>[\s\S]+<\/details>\n$/);
});

test('a chart on the other side has the values of this one, or its own', async () => {
  const chart = join(ROOT, 'chart');
  const upstream = join(chart, 'ci', 'upstream-values.yaml');
  const differ = async (...args: readonly string[]): Promise<number> => {
    const { stdout } = await runCommand('review', ['--against', chart, '--json', ...args]);
    return (JSON.parse(stdout) as { readonly differ: number }).differ;
  };
  expect(await differ('--values', upstream)).toBe(0);
  expect(await differ('--against-values', upstream)).toBe(6);
});

test('upstream is what is declared, and no reason to fail', async () => {
  const { code, stdout } = await runCommand('review', ['--fail-on', 'undeclared']);
  expect(code).toBe(0);
  expect(stdout).toBe(await readFile(join(ROOT, 'test', 'golden', 'review', 'upstream.txt'), 'utf8'));
});

test('the page is written, and its name is told to machines, too', async () => {
  const page = join(await mkdtemp(join(tmpdir(), 'page-')), 'review.html');
  const { code, stdout } = await runCommand('review', ['--html', page, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ undeclared: 0, page });
  expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>/i);
  await rm(dirname(page), { recursive: true });
});

test('the page takes the place of no values, and of no link, pipe or device', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  const values = join(folder, 'site.yaml');
  await writeFile(values, 'a: 1\n');
  const noPage = await runCommand('review', ['--html', values]);
  expect([noPage.code, noPage.stdout]).toEqual([2, '']);
  expect(noPage.stderr).toContain(`--html ${values} does not end in .html`);
  const link = join(folder, 'page.html');
  await symlink('/dev/null', link);
  const { code, stdout, stderr } = await runCommand('review', ['--html', link]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`${link} is a symbolic link to /dev/null\n  FILE_SYSTEM`);
  expect(await readFile(values, 'utf8')).toBe('a: 1\n');
  expect(await readlink(link)).toBe('/dev/null');
  await rm(folder, { recursive: true });
});

test('a limit that is none is refused', async () => {
  const { code, stdout, stderr } = await runCommand('review', ['--fail-on', 'never']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('--fail-on never is not known');
});
