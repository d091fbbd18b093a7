import { describe, expect, test } from 'vitest';
import { renderHandlebars } from '../../scripts/chart/handlebars.ts';

const DATA = { name: 'a & <b>', list: ['x', 'y'], empty: [], object: { key: "it's" }, text: 'a|b\nc' };

test.each([
  ['a value, and nothing is escaped as HTML', '{{name}}', 'a & <b>'],
  ['a key of a map', '{{object.key}}', "it's"],
  ['a list', '{{#each list}}{{this}};{{/each}}', 'x;y;'],
  ['JSON', '{{json object}}', '{"key":"it\'s"}'],
  ['a cell of a table', '| {{cell text}} |', '| a\\|b c |'],
  ["Helm's own", '[[ .Values.x | quote ]]', '{{ .Values.x | quote }}'],
  ["Helm's own around a value", '[[- include "{{name}}.x" . -]]', '{{- include "a & <b>.x" . -}}'],
  ["Helm's own, several times", '[[ .a ]] [[ .b ]]\n[[ .c ]]', '{{ .a }} {{ .b }}\n{{ .c }}'],
  ['single brackets', 'a[0] ]', 'a[0] ]'],
])('%s', (_, source, text) => {
  expect(renderHandlebars(source, 'templates/x.hbs', DATA)).toBe(text);
});

describe('TEMPLATE_INVALID names the file and what is wrong', () => {
  test('a source that would take gigabytes', () => {
    expect(() => renderHandlebars('{{name}}'.repeat(20_000), 'templates/x.hbs', DATA)).toThrow(
      expect.objectContaining({
        code: 'PARSE_LIMIT',
        message: 'templates/x.hbs has 160000 characters; the limit is 131072',
      }) as Error,
    );
  });

  test.each([
    ['a block that is not closed', 'a\n{{#each list}}', 'Parse error on line 2'],
    ['a brace that is not closed', '{{name', 'Parse error on line 1'],
    ['a name that is not there', '{{nmae}}', '"nmae" not defined'],
    ['a key that is not there', '{{object.kye}}', '"kye" not defined'],
    ['a helper that is not there', '{{upper name}}', 'upper'],
    ['a helper where nothing is rendered', '{{#each empty}}{{upper this}}{{/each}}', 'upper'],
    ['a part of a name that is not there', '{{none.key}}', '"key" not defined'],
  ])('%s', (_, source, message) => {
    const rendered = (): string => renderHandlebars(source, 'templates/x.hbs', DATA);
    expect(rendered).toThrow(expect.objectContaining({ code: 'TEMPLATE_INVALID' }) as Error);
    expect(rendered).toThrow(/^templates\/x\.hbs: /);
    expect(rendered).toThrow(message);
  });
});
