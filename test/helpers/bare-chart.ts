import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { testEngines } from './engines.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import type { ChartModel } from '../../scripts/chart/model.ts';

/** What each Helm renders of a chart's templates and defaults, with nothing else in the chart. */
export async function renderBare(
  { templates, defaults }: Pick<ChartModel, 'templates' | 'defaults'>,
  engines = testEngines(),
): Promise<readonly (readonly JsonObject[])[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bare-'));
  try {
    await mkdir(join(folder, 'templates'));
    await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: c\nversion: 1.0.0\n');
    await writeFile(join(folder, 'values.yaml'), stringify(defaults));
    for (const { file, text } of templates) await writeFile(join(folder, 'templates', file), text);
    const texts = await Promise.all(
      (await engines).map((helm) => helm.template(folder, { name: 'c', namespace: 'default' }, {})),
    );
    return texts.map((text) => parseManifest(text, 'helm').resources.map(({ object }) => object));
  } finally {
    await rm(folder, { recursive: true });
  }
}
