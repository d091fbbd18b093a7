/*
 * Compiles the commands for the package that npm pack makes: lib/commands/NAME.js, and in lib/chunks what they
 * share. Both lie as deep as scripts/io/, from where the package's folder is found. The page of a review is
 * compiled to lib/page. The tests name another folder than lib.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundlePage } from './bundle-page.js';

const [, , folder = 'lib'] = process.argv;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Of this repository alone. */
const OWN = new Set(['docs.ts', 'prepare.ts']);
const commands = readdirSync(join(ROOT, 'scripts', 'commands')).filter(
  (file) => file.endsWith('.ts') && !OWN.has(file),
);

rmSync(join(ROOT, folder), { recursive: true, force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: commands.map((file) => `./scripts/commands/${file}`),
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // One file in place of thirty.
  alias: { handlebars: 'handlebars/dist/handlebars.js' },
  outdir: folder,
  entryNames: 'commands/[name]',
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
});

const { code, style } = await bundlePage(ROOT);
mkdirSync(join(ROOT, folder, 'page'));
writeFileSync(join(ROOT, folder, 'page', 'page.js'), code);
writeFileSync(join(ROOT, folder, 'page', 'page.css'), style);
