import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { common, folded, sideBySide } from '../../scripts/page/side-by-side.ts';
import { yamlLines, type YamlLine } from '../../scripts/page/yaml-lines.ts';

const lines = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 })
  .map((texts): readonly YamlLine[] => texts.map((text) => ({ text, path: [], first: true })));

describe('two texts beside each other', () => {
  it('have every line of both, once and in order, equal ones beside each other', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const rows = sideBySide(before, after);
        expect(rows.flatMap((row) => row.before?.number ?? [])).toEqual(before.map((_, i) => i + 1));
        expect(rows.flatMap((row) => row.after?.number ?? [])).toEqual(after.map((_, i) => i + 1));
        for (const row of rows)
          expect(row.kind === 'equal').toBe(row.before !== undefined && row.before.text === row.after?.text);
      }),
    );
  });

  it('are folded where nothing differs, and lose no line', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const rows = sideBySide(before, after);
        const parts = folded(rows);
        expect(parts.flatMap((part) => part.rows)).toEqual(rows);
        for (const part of parts)
          if (part.folded) expect(part.rows.every(({ kind }) => kind === 'equal')).toBe(true);
      }),
    );
    const same = yamlLines({ a: 1, b: 2 });
    expect(folded(sideBySide(same, same)).map((part) => part.folded)).toEqual([true]);
  });

  it('have what is the same in a changed line at its front and end', () => {
    expect(common('memory: 50Mi', 'memory: 512Mi')).toEqual([9, 2]);
    expect(common('aa', 'aaa')).toEqual([2, 0]);
  });
});
