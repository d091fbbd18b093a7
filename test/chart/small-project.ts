import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble, type Assembled } from '../../scripts/chart/assemble.ts';
import { readProject, type Project } from '../../scripts/io/project.ts';
import type { Manifest } from '../../scripts/manifest/manifest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { parseLock, type Lock } from '../../scripts/recipe/lock.ts';
import type { ChartModel } from '../../scripts/chart/model.ts';
import { templatize } from '../../scripts/chart/templatize.ts';

/** Its folder. */
export const FIXTURE = fileURLToPath(new URL('../fixtures/assemble', import.meta.url));

/** The chart project in test/fixtures/assemble and what becomes of it. */
export interface SmallProject extends Assembled {
  readonly project: Project;
  readonly lock: Lock;
  readonly manifest: Manifest;
  readonly model: ChartModel;
}

export async function smallProject(): Promise<SmallProject> {
  const upstream = (name: string): Promise<string> => readFile(join(FIXTURE, 'upstream', name), 'utf8');
  const project = await readProject(FIXTURE);
  const manifest = parseManifest(await upstream('manifest.yaml'), 'manifest.yaml');
  const lock = parseLock(await upstream('lock.yaml'), 'lock.yaml');
  const model = templatize(manifest, project.recipe, lock);
  return { project, lock, manifest, model, ...(await assemble({ ...project, lock, manifest, model })) };
}

/** The text of a file of the chart. */
export function textOf({ files }: Pick<Assembled, 'files'>, path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`The chart has no ${path}`);
  return text;
}
