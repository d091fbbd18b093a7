import { stripVTControlCharacters, styleText } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { alignColumns, processOutput } from '../../../scripts/commands/terminal/output.ts';
import { registerSecret } from '../../../scripts/secrets/secrets.ts';

const SECRET = 'a "quoted"\nsecret';
registerSecret(SECRET);

let stdout = '';
let stderr = '';

beforeEach(() => {
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((stdout += String(chunk)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((stderr += String(chunk)), true));
  vi.stubEnv('NO_COLOR', '');
  terminal(false);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  terminal(undefined);
});

function terminal(isTTY: boolean | undefined): void {
  for (const stream of [process.stdout, process.stderr])
    Object.defineProperty(stream, 'isTTY', { value: isTTY, configurable: true });
}

/** Says something by every way there is. */
function sayAll(json: boolean): void {
  const out = processOutput(json);
  out.step('built', 'a chart');
  out.line();
  out.line(`Of ${out.paint('bold', 'name')}:`);
  out.table([
    ['a', 'bb', 'c'],
    ['aaa', 'b', ''],
  ]);
  out.warn('careful');
  out.status('50 %');
  out.status('');
  out.json({ a: ['b'] });
}

describe('where things are said', () => {
  test('for people: on stdout in columns, warnings on stderr, no JSON, no colour, no bar', () => {
    sayAll(false);
    expect(stdout).toBe('built       a chart\n\nOf name:\n  a    bb  c\n  aaa  b\n');
    expect(stderr).toBe('warning: careful\n');
  });

  test('for machines: the JSON alone on stdout', () => {
    sayAll(true);
    expect(stdout).toBe('{\n  "a": [\n    "b"\n  ]\n}\n');
    expect(stderr).toBe('warning: careful\n');
  });

  test('on a terminal: colours, and a status line that is written over', () => {
    terminal(true);
    sayAll(false);
    const label = styleText('green', 'built      ', { validateStream: false });
    const name = styleText('bold', 'name', { validateStream: false });
    expect(stdout).toBe(`${label} a chart\n\nOf ${name}:\n  a    bb  c\n  aaa  b\n`);
    expect(stderr).toBe('warning: careful\n\r\u001b[K50 %\r\u001b[K');
  });

  test('a name from elsewhere does nothing to a terminal, whatever says it', () => {
    const evil = '\u001b[2J\u001b[31mred\u202e';
    for (const isTTY of [false, true]) {
      terminal(isTTY);
      const out = processOutput(false);
      out.step('built', evil);
      out.line(evil);
      out.warn(evil);
      out.table([[evil, 'two\nlines']]);
    }
    for (const hidden of ['\u202E', '\u001B[2J']) expect(stdout + stderr).not.toContain(hidden);
    expect(stderr).not.toContain('\u001b');
    expect(stdout).toContain(String.raw`\u001b[2J`);
    expect(stdout).toContain('two\nlines');
  });

  test('a warning takes the place of a bar that is shown', () => {
    terminal(true);
    const out = processOutput(false);
    out.status('50 %');
    out.warn('careful');
    expect(stderr).toBe('\r\u001b[K50 %\r\u001b[Kwarning: careful\n');
  });

  test.each([
    ['1', 'name'],
    ['0', 'name'],
    ['', styleText('bold', 'name', { validateStream: false })],
  ])('NO_COLOR=%j on a terminal', (value, expected) => {
    terminal(true);
    vi.stubEnv('NO_COLOR', value);
    expect(processOutput(false).paint('bold', 'name')).toBe(expected);
  });
});

test('a secret is said by none of the ways', () => {
  terminal(true);
  for (const json of [false, true]) {
    const out = processOutput(json);
    out.step(SECRET, SECRET);
    out.line(SECRET);
    out.warn(SECRET);
    out.table([[SECRET, SECRET]]);
    out.status(SECRET);
    out.json({ [SECRET]: [SECRET, `x${Buffer.from(SECRET).toString('base64')}`] });
  }
  const said = stripVTControlCharacters(stdout + stderr);
  expect(said).not.toMatch(/quoted|YSAicXVvdGVkIgpzZWNyZXQ=/);
  expect(JSON.parse(said.slice(said.indexOf('{'), said.indexOf('}') + 1))).toEqual({
    '***': ['***', 'x***'],
  });
});

describe('columns', () => {
  test.each<readonly [string, readonly (readonly string[])[], readonly string[]]>([
    ['nothing', [], []],
    ['a row without cells', [[]], ['']],
    ['rows of several lengths', [['a'], ['bbb', 'c'], ['', 'dd', 'e']], ['a', 'bbb  c', '     dd  e']],
    ['a column that is empty', [['a', '', 'b'], ['cc']], ['a     b', 'cc']],
    [
      'colour takes no room',
      [
        ['\u001b[1ma\u001b[22m', 'b'],
        ['cc', 'd'],
      ],
      ['\u001b[1ma\u001b[22m   b', 'cc  d'],
    ],
  ])('%s', (_, rows, expected) => {
    expect(alignColumns(rows)).toEqual(expected);
  });

  test('a cell begins at the same place in every row, wherever it is', () => {
    const cell = fc.stringMatching(/^[a-z]{1,9}$/);
    const rows = fc
      .integer({ min: 1, max: 5 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));
    fc.assert(
      fc.property(rows, (table) => {
        const lines = alignColumns(table);
        expect(lines.map((line) => line.split(/ +/))).toEqual(table);
        const starts = lines.map((line) => [...line.matchAll(/[a-z]+/g)].map(({ index }) => index));
        for (const start of starts) expect(start).toEqual(starts[0]);
      }),
    );
  });
});
