import { afterEach, expect, test, vi } from 'vitest';
import { processOutput } from '../../../scripts/commands/terminal/output.ts';
import { barText, progressBar } from '../../../scripts/commands/terminal/progress.ts';

const MIB = 2 ** 20;

afterEach(() => {
  vi.restoreAllMocks();
  Object.defineProperty(process.stderr, 'isTTY', { value: undefined, configurable: true });
});

test.each([
  [
    'nothing has come yet',
    { moved: 0, skipped: 0, total: 10 * MIB, seconds: 0 },
    'a [                        ]   0 %  0.0 MiB/s  --:--',
  ],
  [
    'half of it, the rest takes as long',
    { moved: 5 * MIB, skipped: 0, total: 10 * MIB, seconds: 2 },
    'a [############            ]  50 %  2.5 MiB/s  00:02',
  ],
  [
    'what is skipped is done, but not transferred',
    { moved: 1 * MIB, skipped: 8 * MIB, total: 10 * MIB, seconds: 1 },
    'a [######################  ]  90 %  1.0 MiB/s  00:01',
  ],
  [
    'all of it skipped',
    { moved: 0, skipped: 10 * MIB, total: 10 * MIB, seconds: 1 },
    'a [########################] 100 %  0.0 MiB/s  --:--',
  ],
  [
    'not all of it is not 100 %',
    { moved: 999, skipped: 0, total: 1000, seconds: 1 },
    'a [########################]  99 %  0.0 MiB/s  00:00',
  ],
  [
    'bytes that were sent twice',
    { moved: 12, skipped: 0, total: 10, seconds: 1 },
    'a [########################] 100 %  0.0 MiB/s  00:00',
  ],
  [
    'nothing to move',
    { moved: 0, skipped: 0, total: 0, seconds: 0 },
    'a [########################] 100 %  0.0 MiB/s  --:--',
  ],
  [
    'hours are minutes',
    { moved: MIB, skipped: 0, total: 7201 * MIB, seconds: 1 },
    'a [                        ]   0 %  1.0 MiB/s  120:00',
  ],
])('%s', (_, state, expected) => {
  expect(barText('a', state)).toBe(expected);
});

test('is shown at once, then ten times a second at most, and cleared', () => {
  const shown: string[] = [];
  const out = { status: (line: string) => void shown.push(line), columns: () => Infinity };
  let now = 1000;
  const bar = progressBar(out, 'a', 1000, () => now);
  for (let i = 0; i < 250; i++, now++) bar.add(2);
  bar.skip(500);
  bar.done();
  expect(shown.map((line) => /\d+ %/.exec(line)?.[0] ?? line)).toEqual(['0 %', '20 %', '40 %', '']);
});

test.each([
  [true, '\r\u001b[Ka [########################] 100 %  0.0 MiB/s  00:00\r\u001b[K'],
  [false, ''],
  [undefined, ''],
])('stderr.isTTY is %s', (isTTY, expected) => {
  let written = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((written += String(chunk)), true));
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((written += String(chunk)), true));
  Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true });
  let now = 0;
  const bar = progressBar(processOutput(false), 'a', 10, () => now++);
  bar.add(10);
  bar.done();
  expect(written).toBe(expected);
});

test.each([
  [100, 'git.example.org/a/multus-cni [############            ]  50 %  2.5 MiB/s  00:02'],
  [73, '…ple.org/a/multus-cni [############            ]  50 %  2.5 MiB/s  00:02'],
  [50, ' [############            ]  50 %  2.5 MiB/s  00:'],
  [20, ' [############     '],
])('a terminal of %i columns has it in one line', (columns, expected) => {
  const shown: string[] = [];
  const out = { status: (line: string) => void shown.push(line), columns: () => columns };
  let now = 0;
  const bar = progressBar(out, 'git.example.org/a/multus-cni', 10 * MIB, () => now);
  now = 2000;
  bar.add(5 * MIB);
  expect(shown).toEqual([expected]);
  expect(expected.length).toBeLessThan(columns);
});
