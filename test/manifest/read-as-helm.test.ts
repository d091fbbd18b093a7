import fc from 'fast-check';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify, type ToStringOptions } from 'yaml';
import { ChartError } from '../../scripts/errors.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import { withTemporaryFolder } from '../../scripts/io/temporary.ts';
import type { Json } from '../../scripts/json/json.ts';
import { isObject } from '../../scripts/json/tree.ts';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { draws } from '../helpers/draws.ts';
import { newestEngine } from '../helpers/engines.ts';

const HEAD = 'apiVersion: v1\nkind: A\nmetadata:\n  name: a\n';

const TEXTS =
  `a¦b c¦it's¦say "x"¦{{ x }}¦yes¦0644¦1_000¦0o7¦1e3¦.5¦12:30¦~¦null¦- a¦a: b¦a #b¦# c¦"¦''¦%d¦@¦>¦|¦&a¦*a¦!t¦?¦<<¦=¦é
¦¦\\¦\\n¦\u00a0¦x\u00a0¦\u2003y¦ lead¦trail ¦${'word '.repeat(30)}¦tab\there¦two\nlines¦a\n\nb\n¦\tx\ny¦x\n\t\n¦k\n\n¦a \nb \n¦ a\n  b\n \n`.split(
    /¦/,
  );

const anything = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(...TEXTS, 1, true, null, 0.5),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...TEXTS.filter((text) => text !== '<<')), tie('any'), { maxKeys: 3 }),
  ),
})).any;

const style: fc.Arbitrary<ToStringOptions> = fc.record({
  blockQuote: fc.constantFrom<(boolean | 'folded' | 'literal')[]>(true, false, 'folded', 'literal'),
  defaultStringType: fc.constantFrom(
    'PLAIN',
    'QUOTE_DOUBLE',
    'QUOTE_SINGLE',
    'BLOCK_LITERAL',
    'BLOCK_FOLDED',
  ),
  lineWidth: fc.constantFrom(0, 40, 80),
  collectionStyle: fc.constantFrom('any', 'flow', 'block'),
  indent: fc.constantFrom(1, 2, 4),
  indentSeq: fc.boolean(),
});

/** What is put into a text somewhere; nothing takes a character away. */
const piece = fc.constantFrom(
  '',
  '',
  '',
  ' ',
  '\t',
  '\n',
  ' \n',
  ': ',
  '- ',
  ' #',
  "'",
  '"',
  '|',
  '{',
  ']',
  ',',
  '\u00a0',
  '&a ',
);

/** Ends with a line break, as kubectl makes of every document. */
const written = fc
  .tuple(fc.array(anything, { minLength: 1, maxLength: 4 }), style, piece, fc.nat())
  .map(([of, options, put, place]) => {
    const text = stringify({ of }, { compat: 'yaml-1.1', ...options });
    const at = place % text.length;
    const changed = text.slice(0, at) + (put || text.charAt(at)) + text.slice(at + 1);
    return HEAD + changed + (changed.endsWith('\n') ? '' : '\n');
  })
  // Left out: markers, aliases of what stands behind them, and two shapes that the parser reads otherwise: folded blocks
  // that keep their last breaks and have indented lines, and lines of spaces in blocks whose indent is written.
  .filter((text) => !/^(?:---|\.\.\.)|&a .*\*a|>\d?\+/m.test(text) && !/[|>]\d[^]*\n +\n/.test(text));

/** Scalars as people write them who know YAML less well than its writers do. */
const PLAIN =
  `a¦b c¦yes¦nO¦on¦~¦0.0¦1.¦.5¦-.5¦+.5¦-._5¦1e3¦1E+3¦1e400¦0x1F¦-0x1¦0xFFFFFFFFFFFFFFFF¦-0xFFFFFFFFFFFFFFFF¦0o17¦017¦08¦0b101¦0b2¦1__0
¦-_1¦_1¦1_¦0x_1¦1_0.5_0¦9007199254740993¦-9223372036854775809¦18446744073709551616¦1.10¦2001-01-01¦12:30¦=¦<<¦!!str 1¦!!int "1"
¦!!float 1¦!!bool yes¦!!null ""¦! a¦&a x¦*a¦a:b¦a#b¦:a¦-a¦a'b¦a,b¦[a, b]¦{a: b}¦[]¦{}¦--¦+¦.¦1.2.3¦é¦a\tb¦a\u00a0`.split(
    /\n?¦/,
  );
const IN_QUOTES = `a¦ ¦''¦"¦\\"¦\\\\¦\\n¦\\x41¦\\_¦\\N¦\\ ¦\n¦\n\n¦\n  ¦ \n¦\t¦#¦: ¦{{ x }}`.split('¦');
const IN_BLOCK = `a¦¦  a¦a ¦a\tb¦# c¦- a¦a: b¦"¦'¦---x¦   ¦a\u00a0`.split('¦');

const quoted = fc
  .tuple(fc.constantFrom('"', "'"), fc.array(fc.constantFrom(...IN_QUOTES), { maxLength: 4 }))
  .map(([quote, pieces]) => quote + pieces.join('') + quote);
const block = fc
  .tuple(
    fc.constantFrom('|', '|-', '|+', '>', '>-', '| # c'),
    fc.array(fc.constantFrom(...IN_BLOCK), { maxLength: 4 }),
  )
  .map(([header, lines]) => [header, ...lines.map((line) => (line === '' ? '' : `    ${line}`))].join('\n'));
const member = fc
  .tuple(
    fc.oneof(fc.constantFrom('k', 'l', ...PLAIN), quoted),
    fc.constantFrom(': ', ' : ', ':\n    ', ': # c\n    '),
    fc.oneof(fc.constantFrom(...PLAIN), quoted, block),
  )
  .map((parts) => `  ${parts.join('')}`);

/** The same from the pieces that texts are made of. */
const composed = fc
  .array(member, { minLength: 1, maxLength: 3 })
  .map((members) => `${HEAD}of:\n${members.join('\n')}\n`)
  .filter((text) => !/^(?:---|\.\.\.)|>\+/m.test(text));

const document = fc.oneof(written, composed);

/** What Helm reads of each document, as JSON with every digit; undefined of what it refuses. */
function readByHelm(helm: Helm, texts: readonly string[]): Promise<readonly (string | undefined)[]> {
  return withTemporaryFolder('read-as-helm-', async (folder) => {
    await mkdir(join(folder, 'templates'));
    await mkdir(join(folder, 'texts'));
    await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: a\nversion: 1.0.0\n');
    await Promise.all(texts.map((text, i) => writeFile(join(folder, 'texts', `${i}`), text)));
    const lines = texts.map((_, i) => `t${i}: {{ .Files.Get "texts/${i}" | fromYaml | toJson | b64enc }}\n`);
    await writeFile(join(folder, 'templates', 'a.yaml'), lines.join(''));
    const rendered = await helm.template(folder, { name: 'r', namespace: 'ns' }, {});
    const said = new Map(
      [...rendered.matchAll(/^t(\d+): (\S+)$/gm)].map(([, i, text]) => [Number(i), text ?? '']),
    );
    return texts.map((_, i) => {
      const json = Buffer.from(said.get(i) ?? '', 'base64').toString();
      const read = JSON.parse(json) as Json;
      return isObject(read) && read['apiVersion'] === undefined && 'Error' in read ? undefined : json;
    });
  });
}

/** What we read, and the canonical form; undefined of what is refused. */
function readByUs(text: string): { readonly object: Json; readonly canonical: string } | undefined {
  try {
    const manifest = parseManifest(text, 'a.yaml');
    return { object: manifest.resources[0]?.object ?? null, canonical: canonicalText(manifest) };
  } catch (error) {
    if (error instanceof ChartError) return undefined;
    throw error;
  }
}

test('what Helm reads is read alike or refused, and its canonical form too', async () => {
  const read = fc.sample(document, draws(400, 6000)).flatMap((text) => {
    const ours = readByUs(text);
    return ours === undefined ? [] : [{ text, ...ours }];
  });
  for (const helm of await newestEngine()) {
    const texts = read.flatMap(({ text, canonical }) => [text, canonical]);
    const theirs = await readByHelm(helm, texts);
    let alike = 0;
    for (const [i, { text, object, canonical }] of read.entries()) {
      const json = theirs[2 * i];
      if (json === undefined) continue;
      expect([object, theirs[2 * i + 1]], JSON.stringify(text)).toEqual([JSON.parse(json), json]);
      expect(readByUs(canonical), JSON.stringify(text)).toEqual({ object, canonical });
      alike += 1;
    }
    expect(alike).toBeGreaterThan(read.length / 4);
  }
});
