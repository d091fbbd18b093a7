/*
 * Compiles the page's program and style. It is JavaScript, for scripts/pack.js runs it as it is: the installed
 * package has the result, this repository makes it when it is asked for.
 */
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * @param {string} root the repository
 * @returns {Promise<import('./page/html.ts').PageAssets>}
 */
export async function bundlePage(root) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { page: './scripts/page/view/main.ts', style: './scripts/page/view/page.css' },
    bundle: true,
    minify: true,
    // A module of Node that somebody imports is an error here.
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: { compilerOptions: { strict: true, verbatimModuleSyntax: true } },
    outdir: join(root, 'lib'),
    write: false,
    logLevel: 'silent',
  });
  const [code, style] = ['.js', '.css'].map(
    (end) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '',
  );
  return { code: code ?? '', style: style ?? '' };
}
