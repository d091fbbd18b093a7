import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { reviewJson } from '../../scripts/review/print-json.ts';
import { printMarkdown } from '../../scripts/review/print-markdown.ts';
import { printDifference, printText } from '../../scripts/review/print-text.ts';
import { review, type Review } from '../../scripts/review/review.ts';

function of(before: readonly JsonObject[], after: readonly JsonObject[]): Review {
  return review({ name: 'old', objects: before }, { name: 'new', objects: after }, () => []);
}

function objects(text: string): readonly JsonObject[] {
  return parseManifest(text, 'm.yaml').resources.map(({ object }) => object);
}

/** The lines below the summary. */
function body(before: readonly JsonObject[], after: readonly JsonObject[]): readonly string[] {
  const lines = printText(of(before, after), (_, text) => text);
  return lines.slice(lines.findIndex((line) => line.startsWith('UNDECLARED')) + 1);
}

const map = (data: Json, kind = 'ConfigMap'): JsonObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a' },
  data,
});

describe('what is new upstream', () => {
  const shown = (before: readonly JsonObject[], after: readonly JsonObject[]): readonly string[] =>
    printDifference(of(before, after), (_, text) => text);

  it('shows the beginning of what is new', () => {
    const data = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, 'v']));
    const lines = shown([], [map(data)]);
    expect(lines.filter((line) => line.startsWith('    + '))).toHaveLength(13);
    expect(lines.at(-1)).toBe('    + … 23 more lines');
  });

  it('counts the descriptions of a CRD, and says what else it has', () => {
    const crd = (description: string, more: string): readonly JsonObject[] =>
      objects(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: as.x.test }
spec:
  versions:
    - name: v1
      schema: { openAPIV3Schema: { properties: { spec: { description: ${description}, ${more} } } } }
`);
    const lines = shown(crd('one', 'minLength: 1'), crd('two', 'minLength: 2'));
    expect(lines.join('\n')).toContain('minLength: 1 → 2');
    expect(lines.join('\n')).not.toContain('two');
    expect(lines.at(-1)).toBe('  and 1 description in CustomResourceDefinitions');
    expect(shown(crd('one', 'minLength: 1'), crd('two', 'minLength: 1')).slice(0, 1)).toEqual([
      'new against old: 1 of 1 objects differ',
    ]);
  });

  it('cuts off a word that nobody reads', () => {
    const line = shown([map({ ca: 'x' })], [map({ ca: 'A'.repeat(3000) })]).find((one) => one.includes('AA'));
    expect(line?.length).toBeLessThan(140);
    expect(line).toMatch(/A… \(3000 characters\)$/);
  });
});

describe('what a person reads', () => {
  it('is one line where nothing differs', () => {
    const nothing = of([map({})], [map({})]);
    expect(printText(nothing, (_, text) => text)).toEqual(['new against old: no difference in 1 object']);
    expect(printMarkdown(nothing)).toEqual(['**new** against **old**: no difference in 1 object.']);
  });

  it('shows of a long text what differs, with what is around', () => {
    const text = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    expect(body([map({ x: text.join('\n') })], [map({ x: text.with(9, 'another').join('\n') })])).toEqual([
      '  ConfigMap a  data',
      '      x:',
      '        … 8 equal lines',
      '        line 7',
      '        line 8',
      '    -   line 9',
      '    +   another',
      '        line 10',
      '        line 11',
      '        … 8 equal lines',
    ]);
  });

  it('says the same in several objects once', () => {
    const three = (label: string): readonly JsonObject[] =>
      ['a', 'b', 'c'].map((name) => ({ ...map({}), metadata: { name, labels: { app: label } } }));
    const rest = { ...map({}, 'Secret'), data: {} };
    expect(body([...three('x'), rest], [...three('z'), rest])).toEqual([
      '  3 objects  metadata.labels',
      '    ConfigMap a, ConfigMap b, ConfigMap c',
      '    ~ app: x → z',
    ]);
    expect(body(three('x'), three('z'))[0]).toBe('  all 3 objects  metadata.labels');
  });

  it('names the first of what a CRD refuses and counts the rest, but all rights', () => {
    const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
    const crd = (words: string): readonly JsonObject[] =>
      objects(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: as.x.test }
spec: { versions: [{ name: v1, schema: { openAPIV3Schema: { properties: { ${names.map((name) => `${name}: { ${words} }`).join()} } } } }] }
`);
    const text = printText(of(crd('minLength: 1'), crd('minLength: 2')), (_, line) => line).join('\n');
    expect(text.match(/another minLength/g)).toHaveLength(12);
    expect(text).toContain('  and 8 more\n');
    const role = `{ apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: r }, rules: [{ apiGroups: [''], resources: [${names.join()}], verbs: [get] }] }`;
    expect(printText(of([], objects(role)), (_, line) => line).join('\n')).toContain('get f19');
  });

  it('counts apart what goes', () => {
    const [one, other] = [map({ a: 'b' }), { ...map({ x: 'z' }), metadata: { name: 'z' } }];
    const found = of([one, other], [map({ a: 'c' })]);
    const head = '1 of 1 objects differ, 1 object is gone';
    expect(printText(found, (_, text) => text)[0]).toBe(`new against old: ${head}`);
    expect(printMarkdown(found)[0]).toBe(`**new** against **old**: ${head}.`);
  });

  it('says what another name was', () => {
    const of2 = (name: string): readonly JsonObject[] => [{ ...map({ a: 'b', c: 'd' }), metadata: { name } }];
    expect(body(of2('p'), of2('q'))).toEqual([
      '  ConfigMap q, was ConfigMap p  metadata  [LOST]',
      '    ~ name: p → q',
    ]);
  });

  it('shows elements of a list whole, as they stand in it', () => {
    const role = (rules: string): readonly JsonObject[] =>
      objects(
        `{ apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: r }, rules: [${rules}] }`,
      );
    const [one, two] = ['{ resources: [pods], verbs: [get] }', '{ resources: [nodes], verbs: [get] }'];
    expect(body(role(`${one}, ${two}`), role(one))).toEqual([
      '  Role r',
      '      rules:',
      '        … 1 equal',
      '    -   - resources:',
      '    -       - nodes',
      '    -     verbs:',
      '    -       - get',
    ]);
  });

  it('ends somewhere, in time too, where two long texts have nothing in common', () => {
    const text = (word: string): Json => Array.from({ length: 20_000 }, (_, i) => `${word} ${i}`).join('\n');
    const lines = body([map({ x: text('old') })], [map({ x: text('new') })]);
    expect(lines.length).toBeLessThan(150);
    expect(lines.at(-1)).toMatch(/… \d+ more lines$/);
  }, 60_000);
});

describe('what nobody reads', () => {
  const secret = (more: JsonObject): JsonObject => map({ password: 'aHVudGVyMg==', ...more }, 'Secret');
  const text = (found: Review): string =>
    [...printText(found, (_, line) => line), ...printMarkdown(found), JSON.stringify(reviewJson(found))].join(
      '\n',
    );

  it('what a Secret holds, new, gone or another', () => {
    for (const [before, after] of [
      [[], [secret({})]],
      [[secret({})], []],
      [[secret({})], [secret({ password: 'aHVudGVyMw==' })]],
      [[secret({})], [secret({ more: 'aHVudGVyNA==' })]],
    ] as const) {
      const all = text(of(before, after));
      expect(all).toContain('(hidden');
      expect(all).not.toMatch(/aHVudGVy/);
    }
  });

  it('nor what kubectl keeps of it in an annotation', () => {
    const applied = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"a":"aHVudGVyMg=="}}' };
    const object = { ...secret({}), metadata: { name: 'a', annotations: applied } };
    for (const [before, after] of [
      [[], [object]],
      [[object], [secret({})]],
    ] as const)
      expect(text(of(before, after))).not.toMatch(/aHVudGVy/);
  });

  it('characters that do something to a terminal, in values, keys and names', () => {
    const evil = '\u001B[2J\u202E';
    const object = { ...map({ [evil]: evil, text: `${evil}\n${evil}` }), metadata: { name: `a${evil}` } };
    const lines = printText(of([], [object]), (_, line) => line);
    // oxlint-disable-next-line no-control-regex
    expect(lines.filter((line) => /[\u0000-\u001f\u202e]/.test(line))).toEqual([]);
    expect(lines.join('\n')).toContain(String.raw`a\u001b[2J\u202e`);
  });

  it('no markup of a comment: names are text, and a fence holds what is in it', () => {
    const object = { ...map({ x: '```\n</details>\n@somebody #1' }), metadata: { name: '<b>|*x*' } };
    const lines = printMarkdown(of([], [object]));
    expect(lines.find((line) => line.startsWith('ConfigMap'))).toBe(String.raw`ConfigMap &lt;b>\|\*x\*`);
    expect(lines.filter((line) => line === '````diff' || line === '````')).toHaveLength(2);
  });

  it('nor in a path: a backtick does not end the code', () => {
    const [before, after] = ['a', 'b'].map((value) => map({ 'x`<b>': { y: value } }));
    const lines = printMarkdown(of([before ?? {}], [after ?? {}]));
    expect(lines.find((line) => line.startsWith('ConfigMap'))).toBe('ConfigMap a<br>`` data.x`<b> ``');
  });
});
