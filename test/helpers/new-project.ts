import { sha256 } from '../../scripts/fetch/snapshot.ts';
import { planProject, type NewProject } from '../../scripts/init/plan.ts';
import type { RealManifest } from './real-manifests.ts';

/** What init makes of a manifest; nothing is written. */
export function newProject({ name, text }: RealManifest, root = '/none'): Promise<NewProject> {
  const source = {
    text,
    name,
    sha256: sha256(new TextEncoder().encode(text)),
    url: `./${name}`,
    fallback: 'chart',
  };
  return planProject(source, root, { select: [], skip: [], now: '2026-01-01T00:00:00Z' }, {});
}
