import { assemble, type ChartFiles } from './chart/assemble.ts';
import type { ChartModel } from './chart/model.ts';
import { withObjects } from './chart/own-objects.ts';
import { SCHEMA_FILE } from './chart/schema/self-contained.ts';
import type { SchemaNode } from './chart/schema/node.ts';
import type { OverlayFault } from './chart/schema/overlay.ts';
import { templatize } from './chart/templatize.ts';
import { ChartError } from './errors.ts';
import { readSnapshot } from './fetch/snapshot.ts';
import { allRead } from './io/all-read.ts';
import { readProject, type Project } from './io/project.ts';
import type { JsonObject } from './json/json.ts';
import type { Manifest } from './manifest/manifest.ts';
import type { Lock } from './recipe/lock.ts';
import type { Recipe } from './recipe/types.ts';

/** A project and all that its chart is made of. */
export interface Built {
  readonly project: Project;
  readonly lock: Lock;
  readonly manifest: Manifest;
  readonly model: ChartModel;
  readonly files: ChartFiles;
  readonly schema: SchemaNode;
  readonly faults: readonly OverlayFault[];
}

/**
 * fetch (the vendored snapshot) → parse → templatize → assemble: reads the project,
 * writes nothing, asks no network.
 */
export async function build(root: string): Promise<Built> {
  const [project, { manifest, lock }] = await allRead([readProject(root), readSnapshot(root)]);
  refuseOtherVersion(project.recipe, lock);
  return generate(project, manifest, lock);
}

/** templatize → assemble: a project's chart of upstream's manifest and of its own objects. */
export async function generate(project: Project, upstream: Manifest, lock: Lock): Promise<Built> {
  const manifest = withObjects(upstream, project.files);
  const model = templatize(manifest, project.recipe, lock);
  const { recipe, files, builtins } = project;
  const assembled = await assemble({ recipe, lock, manifest, model, files, builtins });
  return { project, lock, manifest, model, ...assembled };
}

/** The schema of a chart's values, as the chart has it. */
export function valuesSchema({ files }: Pick<Built, 'files'>): JsonObject {
  // Assembled from an object.
  return JSON.parse(files.get(SCHEMA_FILE) ?? '{}') as JsonObject;
}

function refuseOtherVersion({ upstream }: Recipe, lock: Lock): void {
  if (upstream.version === lock.version) return;
  throw new ChartError(
    'FETCH_UNPINNED',
    `recipe.yaml names upstream ${upstream.version}, the vendored snapshot is ${lock.version}`,
  );
}
