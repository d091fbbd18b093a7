import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeTemplate } from '../../scripts/chart/go-template.ts';
import { parseDocument } from 'yaml';
import { applyEdits, columnOf, lineEnd, lineStart, span, type Edit } from '../../scripts/chart/text-edit.ts';

/** What Go prints for the literals that escapeTemplate writes. */
function rendered(template: string): string {
  return template.replaceAll('{{ "{{" }}', '{{');
}

const words = fc.stringMatching(/^[{}a \n"]{0,12}$/);

/** A text in pieces: what stays, what is replaced behind it, and by what. */
const pieces = fc.array(
  fc.record({ kept: words, old: words, text: fc.stringMatching(/^[xyz]{1,4}$/) }, { noNullPrototype: true }),
  { maxLength: 6 },
);

describe('applyEdits', () => {
  test('keeps what no edit touches, and makes its {{ literal', () => {
    fc.assert(
      fc.property(pieces, words, fc.boolean(), (parts, rest, backwards) => {
        const edits: Edit[] = [];
        let text = '';
        for (const { kept, old, text: own } of parts) {
          const start = text.length + kept.length;
          // Two edits at one place would say nothing of their order.
          if (start === edits.at(-1)?.end) return;
          text += kept + old;
          edits.push({ start, end: text.length, text: own, column: 0 });
        }
        const wanted =
          parts.map(({ kept, text: own }) => escapeTemplate(kept) + own).join('') + escapeTemplate(rest);
        expect(applyEdits(text + rest, backwards ? edits.toReversed() : edits)).toBe(wanted);
      }),
    );
  });

  test('without edits gives a template of the text itself', () => {
    fc.assert(
      fc.property(fc.oneof(words, fc.string()), (text) => {
        const template = applyEdits(text, []);
        expect(rendered(template)).toBe(text);
        expect(template.replaceAll('{{ "{{" }}', '')).not.toContain('{{');
      }),
    );
  });

  test('puts what is deeper first, where two lines are added at one place', () => {
    const at = (text: string, column: number): Edit => ({ start: 1, end: 1, text, column });
    expect(applyEdits('ab', [at('2', 2), at('6', 6), at('4', 4)])).toBe('a642b');
  });
});

test('offsets of lines', () => {
  const text = 'ab\n  cd\ne';
  expect([lineStart(text, 0), lineStart(text, 5), lineStart(text, 8)]).toEqual([0, 3, 8]);
  expect([lineEnd(text, 0), lineEnd(text, 5), lineEnd(text, 8)]).toEqual([2, 7, 9]);
  expect([columnOf(text, 1), columnOf(text, 5), columnOf(text, 8)]).toEqual([1, 2, 0]);
});

test('the span of a block ends with its text, not behind the line break', () => {
  const text = 'a:\n  b: 1\n\nc: 2\n';
  const node = parseDocument(text).getIn(['a'], true);
  expect(text.slice(...span(text, node as Parameters<typeof span>[1]))).toBe('b: 1');
});
