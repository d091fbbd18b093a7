import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { npmScripts, ROOT } from '../helpers/this-project.ts';
import { commandNames } from './setup.ts';

/** Its flags are Helm's. */
const HELMS_OWN = 'template';
const NAMES = commandNames().filter((name) => name !== HELMS_OWN);
const help = new Map<string, CommandResult>();
let readme = '';

beforeAll(async () => {
  readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  await Promise.all(
    [...NAMES, HELMS_OWN].map(async (name) => help.set(name, await runCommand(name, ['--help']))),
  );
});

/** The text between backquotes that names flags, as `--flag VALUE`. */
function flagsIn(text: string): readonly string[] {
  return [...text.matchAll(/`(--[^`]+)`/g)].map(([, flag = '']) => flag.replaceAll('\\|', '|'));
}

/** The flags that the README names for a command: in the table's row, and for all. */
function readmeFlags(name: string): readonly string[] {
  const [, all = ''] = /^Each of these takes (.*?) \(/m.exec(readme) ?? [];
  const row = readme.split('\n').find((line) => line.startsWith(`| \`npm run ${name}\` |`)) ?? '';
  const cells = row.split(/(?<!\\)\|/);
  const registry = cells[3]?.includes('the registry flags') === true ? registryFlags() : [];
  return [...flagsIn(cells[3] ?? ''), ...registry, ...flagsIn(all)];
}

function registryFlags(): readonly string[] {
  const [, line = ''] = /^The registry flags: (.*?)\. /m.exec(readme) ?? [];
  return flagsIn(line);
}

/** The flags that --help lists. */
function helpFlags(name: string): readonly string[] {
  const lines = (help.get(name)?.stdout ?? '').split('\n');
  return lines.flatMap(
    (line) => /^ {2}(?:-\w, )?(--\S+(?: [A-Z]\S*|(?: oci:\S+))?) {2,}\S/.exec(line)?.[1] ?? [],
  );
}

test('the README lists every npm script', () => {
  const [, section = ''] = /^## Commands$([\s\S]*?)^## /m.exec(readme) ?? [];
  const named = section.matchAll(/`(?:npm (?:run )?([a-z0-9:]+)|([a-z]+:[a-z]+))`/g);
  const listed = new Set([...named].map(([, command, script]) => command ?? script));
  expect(Object.keys(npmScripts()).filter((name) => !listed.has(name))).toEqual([]);
  expect(NAMES.length).toBeGreaterThan(9);
});

describe.each(NAMES)('npm run %s -- --help', (name) => {
  test('says what it does, how it is used, and nothing else', () => {
    const { code, stdout, stderr } = help.get(name) ?? { code: -1, stdout: '', stderr: '' };
    expect([code, stderr]).toEqual([0, '']);
    const [summary, blank, usage] = stdout.split('\n');
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(blank).toBe('');
    expect(usage?.replace(/ \[?[A-Z]+\]?$/, '')).toBe(`Usage: npm run ${name} -- [flags]`);
    // Wider than this wraps in a terminal, narrower than that nobody has.
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(130);
  });

  test('has every flag that the README names, with the same placeholder, and no other', () => {
    const expected = readmeFlags(name);
    // A placeholder is explained once, where a flag is named first.
    const found = helpFlags(name).map((flag) =>
      expected.includes(flag) ? flag : (flag.split(' ')[0] ?? flag),
    );
    expect(found.toSorted()).toEqual(expected.toSorted());
  });
});

test('npm run template -- --help is Helm’s', () => {
  const { code, stdout } = help.get(HELMS_OWN) ?? { code: -1, stdout: '' };
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ +helm template \[NAME\] \[CHART\] \[flags\]$/m);
});

test('every error code that the README explains exists', async () => {
  const { ERRORS } = await import('../../scripts/errors/table.ts');
  const [, table = ''] = /^## Troubleshooting$([\s\S]*?)^## /m.exec(readme) ?? [];
  const codes = [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code ?? '');
  expect(codes.length).toBeGreaterThan(0);
  for (const code of codes) expect(Object.keys(ERRORS)).toContain(code);
});
