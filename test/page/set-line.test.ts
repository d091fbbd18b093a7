import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { setFlags } from '../../scripts/page/set-line.ts';
import { testEngines } from '../helpers/engines.ts';

/** Words of a line as a shell takes them. */
function words(line: string): readonly string[] {
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

const ODD: JsonObject = {
  plain: 'text',
  spaced: "it's a b",
  comma: 'a,b',
  list: '{a,b}',
  brace: '{',
  back: 'a\\b',
  number: 12,
  text: '12',
  float: 1.5,
  octal: '0644',
  hex: '0x1F',
  exponent: '1e3',
  truth: true,
  word: 'true',
  nothing: null,
  none: 'null',
  empty: '',
  map: {},
  items: [],
  elements: [{ a: 1, b: ['x,y'] }],
  'a.b/c': { 'd[0]': 'e=f' },
  nested: { a: { b: 'c', d: '$HOME `x` "q"' } },
  lines: 'a\nb\n',
  equals: '=',
  negative: -3,
  large: 12_345_678_901,
};

describe('values as flags of Helm', () => {
  let chart: string;
  beforeAll(async () => {
    chart = await mkdtemp(join(tmpdir(), 'flags-'));
    await mkdir(join(chart, 'templates'));
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: a\nversion: 1.0.0\n');
    await writeFile(join(chart, 'templates', 'a.yaml'), 'values: {{ toJson .Values | quote }}\n');
  });
  afterAll(() => rm(chart, { recursive: true, force: true }));

  it('are what a values file says', async () => {
    for (const helm of await testEngines()) {
      const { stdout, stderr, status } = await helm.exec(['template', 'a', chart, ...words(setFlags(ODD))]);
      expect([status, stderr]).toEqual([0, '']);
      const [, json = ''] = /^values: (".*")$/m.exec(stdout) ?? [];
      const file = join(chart, 'own.json');
      await writeFile(file, JSON.stringify(ODD));
      const byFile = await helm.exec(['template', 'a', chart, '--values', file]);
      const [, expected = ''] = /^values: (".*")$/m.exec(byFile.stdout) ?? [];
      expect(Object.keys(ODD).filter((key) => !expected.includes(key))).toEqual([]);
      expect(json).toBe(expected);
    }
  });

  it('are short where they can be', () => {
    expect(setFlags({ a: { b: 'c', d: 1 }, e: '1' })).toBe('--set a.b=c --set a.d=1 --set-string e=1');
    expect(setFlags({})).toBe('');
  });
});
