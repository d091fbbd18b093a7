import { join } from 'node:path';
import { readText, writeAtomic } from '../../io/files.ts';
import { IS_INSTALLED, TOOLKIT } from '../../io/repository-root.ts';
import { valuesSchema, type Built } from '../../built.ts';
import { pageHtml, type PageAssets } from '../../page/html.ts';
import { pageData, type Reviewed } from '../../page/make.ts';
import { checkRelease } from '../../validate.ts';

/**
 * Writes the page of a review.
 *
 * @throws FILE_SYSTEM when the file cannot be written
 */
export async function writePage(
  file: string,
  built: Built,
  reviewed: Pick<Reviewed, 'review' | 'before' | 'values' | 'release'>,
): Promise<void> {
  const { project, lock, manifest, model } = built;
  const schema = valuesSchema(built);
  const findings = checkRelease(built);
  const data = pageData({ ...reviewed, recipe: project.recipe, lock, manifest, model, schema, findings });
  const html = pageHtml(await assets(), data);
  await writeAtomic(file, html);
}

/** The installed package has the page compiled, this repository compiles it. */
async function assets(): Promise<PageAssets> {
  if (!IS_INSTALLED) {
    const { bundlePage } = await import('../../bundle-page.js');
    return bundlePage(TOOLKIT);
  }
  const folder = join(TOOLKIT, 'lib', 'page');
  const [code, style] = await Promise.all([
    readText(join(folder, 'page.js')),
    readText(join(folder, 'page.css')),
  ]);
  return { code, style };
}
