/*
 * Runs a command: node scripts/start.js NAME [flags]. Without a name it only compiles, which npm ci
 * does. Why this is needed and is JavaScript: docs/adr/0009-how-a-command-starts.md.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiledScripts } from './compile.js';

const [name] = process.argv.splice(2, 1);
const folder = await compiledScripts().catch((/** @type {Error} */ { message }) => {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
});
// Errors tell the lines of the sources.
process.setSourceMapsEnabled(true);
if (name !== undefined) await import(pathToFileURL(join(folder, `${name}.js`)).href);
