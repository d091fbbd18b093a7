import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPTS = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(SCRIPTS);
const CACHE = join(ROOT, '.cache');

/** States of the scripts that are kept compiled; a process may still run what was edited since. */
const KEPT = 10;

/**
 * How esbuild compiles what Node 20 runs: the scripts in one piece, the packages as they are.
 *
 * @type {Readonly<import('esbuild').BuildOptions>}
 */
export const AS_NODE_RUNS_IT = {
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
};

/**
 * The folder with the scripts as JavaScript, `NAME.js` for each `scripts/NAME.ts`. It is made
 * when there is none of exactly these sources, so that no edit is overlooked.
 *
 * @returns {Promise<string>} absolute path
 * @throws {Error} the folder cannot be written, or a script is no TypeScript
 */
export async function compiledScripts() {
  const folder = join(CACHE, `scripts-${fingerprint()}`);
  if (existsSync(folder)) return folder;
  try {
    await mkdir(CACHE, { recursive: true });
    await compileTo(folder);
    await dropOld();
    return folder;
  } catch (cause) {
    const { message, code } = /** @type {NodeJS.ErrnoException} */ (cause);
    const hint = 'Whoever may write there runs npm ci, or any command, once.';
    throw new Error(
      `The scripts cannot be compiled to ${folder}: ${message}${code === undefined ? '' : `\n  ${hint}`}`,
      { cause },
    );
  }
}

/** A digest of everything that is compiled, and of this file. */
function fingerprint() {
  const hash = createHash('sha256');
  const paths = readdirSync(SCRIPTS, { recursive: true, encoding: 'utf8' });
  for (const path of paths.filter((name) => /\.(?:ts|js|json)$/.test(name)).toSorted()) {
    const bytes = readFileSync(join(SCRIPTS, path));
    hash.update(`${path} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Bundles the scripts, without the packages. What comes out lies two folders below the root, as
 * scripts/io/*.ts do: there `import.meta.url` leads to the same places.
 *
 * @param {string} folder
 */
async function compileTo(folder) {
  const { build } = await import('esbuild');
  const temporary = await mkdtemp(join(CACHE, 'compiling-'));
  try {
    await build({
      absWorkingDir: ROOT,
      entryPoints: ['scripts/*.ts'],
      outdir: temporary,
      splitting: true,
      ...AS_NODE_RUNS_IT,
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'silent',
    });
    await rename(temporary, folder).catch((/** @type {unknown} */ error) => {
      // Another process was faster; what it made is the same.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Drops all but the newest folders, those too that a killed process has left half made. */
async function dropOld() {
  const names = (await readdir(CACHE)).filter((name) => /^(?:scripts|compiling)-/.test(name));
  const folders = await Promise.all(
    names.map(async (name) => {
      const path = join(CACHE, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
      return { path, mtimeMs };
    }),
  );
  const old = folders.toSorted((a, b) => b.mtimeMs - a.mtimeMs).slice(KEPT);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
}
