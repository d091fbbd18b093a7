/*
 * Runs a command: node scripts/start.js NAME [flags]. It compiles the scripts at every start, in
 * memory; why, and why this file is JavaScript: docs/adr/0009-how-a-command-starts.md.
 */
import { Module, SourceMap } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [name = ''] = process.argv.splice(2, 1);
// Where the script would be in JavaScript. Nothing is written there.
const file = join(ROOT, 'scripts', 'commands', `${name}.js`);

/** @type {import('esbuild').BuildOptions & { write: false }} */
const options = {
  absWorkingDir: ROOT,
  entryPoints: [`./scripts/commands/${name}.ts`],
  bundle: true,
  packages: 'external',
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // Only scripts/io/repository-root.ts asks.
  define: { 'import.meta.url': JSON.stringify(new URL('io/repository-root.ts', import.meta.url)) },
  // One file in place of thirty.
  alias: { handlebars: 'handlebars/dist/handlebars.js' },
  sourcemap: 'external',
  sourcesContent: false,
  outfile: file,
  write: false,
  logLevel: 'silent',
};

const [map = '', code = ''] = await compile().catch((/** @type {Error} */ error) => {
  // Without open files or processes esbuild does not start, and says so in words that tell nobody.
  const hint = 'errors' in error ? '' : '\n  Is it whole (npm ci), and is ulimit -n 64 or more?';
  process.stderr.write(`error: the scripts cannot be compiled: ${error.message}${hint}\n`);
  process.exit(1);
});

async function compile() {
  const { outputFiles } = await build(options);
  await stop();
  return outputFiles.map(({ text }) => text);
}

// Errors tell the lines of the sources. Node would read the map at every start.
Error.prepareStackTrace = (error, calls) => {
  const sources = new SourceMap(JSON.parse(map));
  const lines = calls.map((call) => {
    const at = sources.findEntry((call.getLineNumber() ?? 1) - 1, (call.getColumnNumber() ?? 1) - 1);
    if (call.getFileName() !== file || !('originalSource' in at)) return String(call);
    const place = `${join(file, '..', at.originalSource)}:${at.originalLine + 1}:${at.originalColumn + 1}`;
    return `${call.getFunctionName() ?? '<anonymous>'} (${place})`;
  });
  return [String(error), ...lines].join('\n    at ');
};
const command = /** @type {Module & { _compile(code: string, file: string): void }} */ (new Module(file));
command.filename = file;
command.paths = [join(ROOT, 'node_modules')];
// oxlint-disable-next-line no-underscore-dangle -- it has no other name
command._compile(code, file);
command.exports.command.start();
