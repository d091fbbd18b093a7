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
const document = fc
  .tuple(fc.array(anything, { minLength: 1, maxLength: 4 }), style, piece, fc.nat())
  .map(([of, options, put, place]) => {
    const text = stringify({ of }, { compat: 'yaml-1.1', ...options });
    const at = place % text.length;
    const changed = text.slice(0, at) + (put || text.charAt(at)) + text.slice(at + 1);
    return HEAD + changed + (changed.endsWith('\n') ? '' : '\n');
  })
  // Left out: markers, aliases of what stands behind them, and folded blocks that keep their last breaks, in whose
  // indented lines the parser sees one break more.
  .filter((text) => !/^(?:---|\.\.\.)|&a .*\*a|>\d?\+/m.test(text));

/** What Helm reads of each document; undefined of what it refuses. */
function readByHelm(helm: Helm, texts: readonly string[]): Promise<readonly (Json | undefined)[]> {
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
      const read = JSON.parse(Buffer.from(said.get(i) ?? '', 'base64').toString()) as Json;
      return isObject(read) && read['apiVersion'] === undefined && 'Error' in read ? undefined : read;
    });
  });
}

/** The same from the text and from its canonical form; undefined of what is refused. */
function readByUs(text: string): readonly Json[] | undefined {
  try {
    const manifest = parseManifest(text, 'a.yaml');
    const again = parseManifest(canonicalText(manifest), 'a.yaml');
    return [manifest, again].map(({ resources: [only] }): Json => only?.object ?? null);
  } catch (error) {
    if (error instanceof ChartError) return undefined;
    throw error;
  }
}

test('what Helm reads is read alike or refused, and its canonical form too', async () => {
  const texts = fc.sample(document, draws(300, 3000));
  for (const helm of await newestEngine()) {
    const read = await readByHelm(helm, texts);
    let alike = 0;
    for (const [i, text] of texts.entries()) {
      const theirs = read[i];
      const ours = readByUs(text);
      if (theirs === undefined || ours === undefined) continue;
      expect(ours, JSON.stringify(text)).toEqual([theirs, theirs]);
      alike += 1;
    }
    expect(alike).toBeGreaterThan(texts.length / 4);
  }
});
