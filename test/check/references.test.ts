import { describe, expect, test } from 'vitest';
import { schemaTree } from '../../scripts/chart/schema/node.ts';
import { checkReferences } from '../../scripts/check/references.ts';
import { thisProject } from '../helpers/this-project.ts';

const text = { type: 'string' };
const schema = schemaTree({
  properties: {
    a: text,
    b: { type: 'object', properties: { c: text, d: { type: 'object' } } },
    free: { type: 'object' },
  },
});

/** Places of the findings in one template. */
function unknown(template: string): readonly string[] {
  return checkReferences(new Map([['templates/x.yaml', template]]), schema).map(
    ({ place, message }) => `${place} ${message.split(' ')[0]}`,
  );
}

describe('references of templates to values', () => {
  test.each([
    ['a value', '{{ .Values.a }}'],
    ['a map', '{{ toYaml .Values.b }}'],
    ['a key of a map', '{{ .Values.b.c }}'],
    ['a key of a map that is free', '{{ .Values.free.whatever.it.is }}'],
    ['a key of a free map further down', '{{ .Values.b.d.x }}'],
    ['the root', '{{ $.Values.a }}'],
    ['all values', '{{ toYaml .Values }}'],
    ['no value', 'a: b'],
  ])('%s is described', (_, template) => {
    expect(unknown(template)).toEqual([]);
  });

  test.each([
    ['an unknown value', '{{ .Values.x }}', ['templates/x.yaml:1 .Values.x']],
    ['another case', '{{ .Values.A }}', ['templates/x.yaml:1 .Values.A']],
    ['an unknown key of a map', 'a: b\n{{ .Values.b.x }}', ['templates/x.yaml:2 .Values.b.x']],
    [
      'several of a line',
      '{{ .Values.x }}{{ .Values.a }}{{ .Values.y }}',
      ['templates/x.yaml:1 .Values.x', 'templates/x.yaml:1 .Values.y'],
    ],
    ['one from the root', '{{ $.Values.x }}', ['templates/x.yaml:1 .Values.x']],
    ['one inside a call', '{{ if and (not .Values.x) 1 }}', ['templates/x.yaml:1 .Values.x']],
  ])('%s is not', (_, template, places) => {
    expect(unknown(template)).toEqual(places);
  });

  test('only templates are looked at', () => {
    expect(checkReferences(new Map([['README.md', '{{ .Values.x }}']]), schema)).toEqual([]);
  });

  test('a finding says what to do', () => {
    expect(checkReferences(new Map([['templates/NOTES.txt', '\n{{ .Values.b.x }}']]), schema)).toEqual([
      {
        rule: 'template/unknown-value',
        severity: 'error',
        place: 'templates/NOTES.txt:2',
        message: '.Values.b.x is not described by values.schema.json',
        hint: 'Correct the name, or add it to the schema and the recipe.',
      },
    ]);
  });

  test('every value that leaves this schema leaves a reference behind', async () => {
    const { files, schema: tree } = await thisProject();
    for (const name of tree.properties.keys()) {
      const properties = new Map([...tree.properties].filter(([key]) => key !== name));
      const findings = checkReferences(files, { ...tree, properties });
      expect([name, findings.length > 0]).toEqual([name, true]);
    }
  });
});
