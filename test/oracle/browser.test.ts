import { build } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { apply } from '../../scripts/oracle/apply.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

/** What must run in a page, whoever of it is called. */
const FOLDERS = [
  'json',
  'manifest',
  'kubernetes',
  'recipe',
  'oracle',
  'chart',
  'check',
  'review',
  'bump',
  'infer',
  'secrets',
  'errors',
];

const ALL = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, 'scripts', folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `import './${folder}/${file}';`),
);

/** From texts to a chart, and the oracle beside it. */
const PAGE = `
  ${ALL.join('\n  ')}
  import { schemaOf } from './kubernetes/schema.ts';
  import { parseManifest } from './manifest/parse.ts';
  import { canonicalText } from './manifest/canonical.ts';
  import { parseRecipe } from './recipe/load.ts';
  import { parseLock } from './recipe/lock.ts';
  import { templatize } from './chart/templatize.ts';
  import { assemble } from './chart/assemble.ts';
  import { withObjects } from './chart/own-objects.ts';
  import { apply } from './oracle/apply.ts';
  import { compareObjects } from './oracle/compare.ts';

  export async function run({ texts, files, builtins }) {
    const recipe = parseRecipe(texts.recipe, 'recipe.yaml');
    const lock = parseLock(texts.lock, 'lock.yaml');
    const upstream = parseManifest(texts.manifest, 'manifest.yaml');
    const canonical = canonicalText(upstream);
    const own = new Map(files);
    const manifest = withObjects(upstream, own);
    const model = templatize(manifest, recipe, lock);
    const chart = await assemble({ recipe, lock, manifest, model, files: own, builtins: new Map(builtins) });
    const { defaults } = model;
    const objects = apply({ recipe, manifest, defaults }, {}, { name: 'a', namespace: 'b' });
    const container = schemaOf({ type: '[]Container' }, new Map());
    return JSON.stringify({
      canonical,
      files: [...chart.files],
      objects,
      container,
      differences: compareObjects(objects, manifest.resources.map(({ object }) => object)).length,
    });
  }`;

/** What every page has beside the language's own globals: no Buffer, no process, no require. */
const GLOBALS = {
  TextEncoder,
  TextDecoder,
  structuredClone,
  btoa,
  atob,
  URL,
  crypto,
  setTimeout,
  queueMicrotask,
};

/** What the page gave, as {@link PAGE} writes it. */
interface Given {
  readonly canonical: string;
  readonly files: readonly (readonly [string, string])[];
  readonly objects: readonly unknown[];
  readonly container: unknown;
  readonly differences: number;
}

test('the pure half makes the same chart in a browser, and its oracle the same objects', async () => {
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: join(ROOT, 'scripts'), loader: 'ts' },
    bundle: true,
    write: false,
    // A module of Node that somebody imports is an error here.
    platform: 'browser',
    format: 'iife',
    globalName: 'page',
    // All that json-schema-ref-parser asks of Node where nothing is read from a disk.
    define: { 'Buffer.isBuffer': 'ArrayBuffer.isView' },
  });
  const code = outputFiles[0]?.text ?? '';
  // json-schema-ref-parser has the name of one in a string, for where there is a process.
  expect(code).not.toMatch(/(?:from|import|require)[ (]*["']node:/);
  const { project, manifest, model, files } = await thisProject();
  const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const input = {
    texts: {
      recipe: textOf('recipe.yaml'),
      lock: textOf('upstream/lock.yaml'),
      manifest: textOf('upstream/manifest.yaml'),
    },
    files: [...project.files],
    builtins: [...project.builtins],
  };
  const context = createContext({ ...GLOBALS, input: JSON.stringify(input) });
  const there: unknown = await runInContext(`${code}; page.run(JSON.parse(input))`, context);
  const given = JSON.parse(String(there)) as Given;
  expect(given.files).toEqual([...files]);
  const { recipe } = project;
  const { defaults } = model;
  const here = apply({ recipe, manifest, defaults }, {}, { name: 'a', namespace: 'b' });
  expect(given.objects).toEqual(JSON.parse(JSON.stringify(here)));
  expect(given.canonical).toContain('kind: DaemonSet');
  expect(given.container).toMatchObject({ type: 'array' });
  expect(given.differences).toBeGreaterThan(0);
});
