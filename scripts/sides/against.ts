import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Helm } from '../io/helm.ts';
import type { RegistryOptions } from '../oci/registry.ts';
import type { Built } from '../built.ts';
import type { Side } from '../review/review.ts';
import { upstreamSide, type Installation } from './own.ts';
import { renderedSide } from './rendered.ts';

/** What another side is found with. */
export interface Surroundings {
  readonly built: Built;
  /** How a chart on the other side is installed. */
  readonly installation: Installation;
  readonly helm: () => Promise<Helm>;
  readonly registry: RegistryOptions;
  /** Reads standard input. */
  readonly input: () => Promise<string>;
}

/**
 * The side that a review is held against.
 *
 * @param name `upstream`; `oci://HOST/OWNER/NAME:VERSION`; `git:REV`; or the path of a file of
 *   objects (`-`: standard input), of a chart (a folder or a .tgz), or of an image layout
 *   (`DIR` or `DIR:VERSION`)
 * @throws USAGE, FILE_MISSING, OCI_*, REGISTRY_*, HELM_FAILED, PARSE_*
 */
export async function otherSide(name: string, around: Surroundings): Promise<Side> {
  const { built, installation, helm, input, registry } = around;
  if (name === 'upstream') return upstreamSide(built);
  if (name.startsWith('git:')) {
    const { revisionSide } = await import('./revision.ts');
    return revisionSide(name.slice('git:'.length), built.project.root, { installation, helm });
  }
  if (name.startsWith('oci://')) {
    const { registrySide } = await import('./published.ts');
    return registrySide(name, registry, { installation, helm });
  }
  if (await isFile(name, 'Chart.yaml')) return renderedSide(resolve(name), name, { installation, helm });
  const [, folder = '', version] = /^(.*?)(?::([\w.+-]+))?$/s.exec(name) ?? [];
  if (await isFile(folder, 'oci-layout')) {
    const { layoutSide } = await import('./published.ts');
    return layoutSide(folder, version ?? built.project.recipe.chart.version, { installation, helm });
  }
  if (name.endsWith('.tgz')) return renderedSide(resolve(name), name, { installation, helm });
  const { fileSide } = await import('./file.ts');
  return fileSide(name, input);
}

async function isFile(folder: string, name: string): Promise<boolean> {
  return stat(join(folder, name)).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
