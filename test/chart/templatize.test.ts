import { describe, expect, test } from 'vitest';
import { synthetic } from '../bench/synthetic.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { templatize } from '../../scripts/chart/templatize.ts';

/** Text as people write it, and no printer of YAML would. */
const ODD = String.raw`# A comment above,
apiVersion:   v1   # behind
kind: "ConfigMap"
metadata: {name: 'odd',   labels: { 'a':   "b" }}

data:
    # at another indent
    folded: >-
        one
        two
    quoted: "a\u0062\
      c"
    list: |
      - [1,2]
`;

const made = synthetic(15, new Map());
const documents = [ODD, ...made.text.split('---\n')];
const { templates, lifts } = templatize(
  parseManifest(documents.join('---\n'), 'm.yaml'),
  made.project.recipe,
  made.lock,
);
const lifted = new Set(lifts.map(({ resource }) => resource.name));
const isLifted = (text: string): boolean => [...lifted].some((name) => text.includes(`name: ${name}\n`));

describe('text of the manifest', () => {
  test('that no entry touches is copied as it is', () => {
    const pairs = documents.map((text, i) => [text, templates[i]?.text] as const);
    const untouched = pairs.filter(([text]) => !isLifted(text));
    expect([untouched.length, lifted.size]).toEqual([13, 3]);
    for (const [text, template] of untouched) expect(template).toBe(text);
  });

  test('beside a lifted field is copied as it is', () => {
    for (const [i, text] of documents.entries()) {
      const template = (templates[i]?.text ?? '').split('\n');
      const changed = text.split('\n').filter((line) => !template.includes(line));
      expect(changed).toEqual(isLifted(text) ? ['  replicas: 1'] : []);
    }
  });

  test('that Helm would take for a template is made literal, and nothing else', () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "{{ .Values.x }}",   b: "}}"}\n';
    const [first] = templatize(
      parseManifest(`${text}---\n${made.text}`, 'm.yaml'),
      made.project.recipe,
      made.lock,
    ).templates;
    expect(first?.text).toBe(text.replace('{{', '{{ "{{" }}'));
  });
});
