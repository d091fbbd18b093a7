import { expect, test } from 'vitest';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { compareObjects, showDifference } from '../../scripts/oracle/compare.ts';
import { renderBare } from '../helpers/bare-chart.ts';
import { chartOf } from './small-chart.ts';

/** Every place of a document that can hold `{{`; `host` is what an entry lifts. */
const TEXTS: Readonly<Record<string, string>> = {
  'a value': `text: 'a {{ .Values.x }} b'`,
  'a plain value': 'text: a {{ .Values.x }} b',
  'a value in double quotes': String.raw`text: "{{ \"a\" }} \t {{\n}}"`,
  'a key': `'{{ key }}': x`,
  'a comment of its own': `# {{ fail "no" }}\ntext: x`,
  'a comment behind a value': 'text: x # {{ fail "no" }}',
  'a literal block': 'text: |\n  {{- range . }}\n  {{ . }}\n  {{- end }}\n',
  'a folded block': 'text: >-\n  {{ a }}\n  {{ b }}\n',
  'a block with its own trim': 'text: |-\n  {{-}}\n\n  -}}\n',
  'many braces': `text: ['{{{', '{{{{', '{{{{{', '}}', '{ {', '{{{{ "{{" }}}}']`,
  'a comment of templates': 'text: "{{/* gone? */}}"',
  'raw strings': 'text: "{{`{{ a }}`}}"',
  'an empty action': 'text: "{{}}"',
  'braces at both ends': `text: '{{'\nmore: '}}'`,
};

const OBJECTS = Object.entries(TEXTS).map(([name, text], i) => {
  const metadata = `metadata:\n  name: x${i}\n  annotations: {'{{ a }}': '{{ b }}'}\n`;
  return {
    name,
    text: `apiVersion: v1\nkind: Test\n${metadata}host: h\nspec:\n${text.replaceAll(/^/gm, '  ')}`,
  };
});

const MANIFEST = canonicalText(parseManifest(OBJECTS.map(({ text }) => text).join('\n---\n'), 'm.yaml'));

const LIFTED = 'values:\n  - { path: host, form: value, targets: [{ select: {}, fieldPaths: [host] }] }\n';

test.each([
  ['as it is', 'values: []\n'],
  ['beside a lifted field', LIFTED],
])('{{ %s comes out of every Helm unchanged', async (_, recipe) => {
  const wanted = parseManifest(MANIFEST, 'm.yaml').resources.map(({ object }) => object);
  expect(wanted).toHaveLength(OBJECTS.length);
  for (const rendered of await renderBare(chartOf(MANIFEST, recipe)))
    expect(compareObjects(rendered, wanted).map(showDifference)).toEqual([]);
});

test('comments stay too', () => {
  const [, , , , own, behind] = chartOf(MANIFEST, LIFTED).templates.map(({ text }) => text);
  expect(own).toContain('# {{ "{{" }} fail "no" }}\n');
  expect(behind).toContain('x # {{ "{{" }} fail "no" }}\n');
});
