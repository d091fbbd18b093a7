import fc from 'fast-check';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withTemporaryFolder } from '../../scripts/io/temporary.ts';
import { writeYaml, writeYamlInLines } from '../../scripts/manifest/write-yaml.ts';
import { parseYaml } from '../../scripts/manifest/yaml.ts';
import { draws } from '../helpers/draws.ts';
import { testEngines } from '../helpers/engines.ts';

const WRITERS = { writeYaml, writeYamlInLines };

const LINES = '\ta\nb|\n\ta|\n|a\n|a\n\n|a\n\n\nb| a\n  b\n|  a\nb|a\tb|a\r\nb'.split('|');

/** Texts that some reader takes for numbers, dates or marks, or that lose something as lines. */
const TEXTS: readonly string[] = [
  ...`0o7 -0o7 +0o7 0o_7 0O7 0o17_7 0x1 0X1 -0X_1 0b1 0B1_1 0777 089 1_000 +_5 _1 2e8_ 5e_+9 1__0 .5 1. +1 1e3 -.inf .nan
1:30 190:20:30 2001-01-01 y n on ~ null = << --- ... !a &a *a %a @ | > # ' "`.split(/\s/),
  ...`? a|: a|- a|a #b|a: b|\`|| |a |\u00a0|a\u2003|${'word '.repeat(40)}`.split('|'),
  ...LINES,
];

describe.each(Object.entries(WRITERS))('%s', (_, write) => {
  test('is read as it was by Kubernetes’ rules, whatever looks like a number', () => {
    const text = fc.stringMatching(/^[0-9_+.:eExXoObBaf-]{0,6}$/);
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
        expect(parseYaml(write({ texts }), 'x.yaml').data).toEqual({ texts });
      }),
      { numRuns: draws(100, 5000) },
    );
  });

  test.each(['\u0007', 'a\u007f"b"', "'\u0085'", 'a\u009f', 'a\n\u2028\nb', '\ufeffa', '\uffff'])(
    'has an escape in place of what readers refuse: %j',
    (text) => {
      const data = { a: 'b', [text]: [text] };
      expect(parseYaml(write(data), 'x.yaml').data).toEqual(data);
    },
  );

  test('is read as it was by every Helm', async () => {
    await withTemporaryFolder('write-yaml-', async (folder) => {
      await mkdir(join(folder, 'templates'));
      await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: a\nversion: 1.0.0\n');
      const values = TEXTS.map((text) => ({ text, [text || 'empty']: [text] }));
      await writeFile(join(folder, 'values.yaml'), write({ values }));
      await writeFile(join(folder, 'templates', 'a.yaml'), 'values: {{ toJson .Values.values }}\n');
      for (const helm of await testEngines()) {
        const rendered = await helm.template(folder, { name: 'r', namespace: 'ns' }, {});
        const line = rendered.split('\n').find((one) => one.startsWith('values: '));
        expect(JSON.parse(line?.slice('values: '.length) ?? ''), helm.version).toEqual(values);
      }
    });
  });
});
