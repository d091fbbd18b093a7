import { copy, type CopyEvent } from '../oci/copy.ts';
import type { ContentStore } from '../oci/store.ts';
import type { Artifact } from '../package/artifact.ts';
import { artifactStore, piecesOf } from './artifact-store.ts';
import { planPublish, type PublishPlan } from './plan.ts';

/** What was done with one piece. */
export interface DoneStep {
  readonly action: 'upload' | 'mount' | 'skip';
  readonly digest: string;
  readonly size: number;
}

/** Asks the target what it has and plans. Writes nothing. */
export async function inspect(artifact: Artifact, target: ContentStore): Promise<PublishPlan> {
  const pieces = piecesOf(artifact);
  const [tagged, ...present] = await Promise.all([
    target.resolve(artifact.version),
    ...pieces.map(async ({ descriptor }) => ((await target.exists(descriptor)) ? descriptor.digest : '')),
  ]);
  return planPublish(target.name, artifact.version, pieces, {
    tagged: tagged?.digest,
    present: new Set(present),
    mountable: new Set(),
  });
}

/** Carries a plan out: content first, the tag last. */
export async function execute(
  artifact: Artifact,
  target: ContentStore,
  plan: PublishPlan,
): Promise<readonly DoneStep[]> {
  const done: DoneStep[] = [];
  const onEvent = ({ action, descriptor: { digest, size } }: CopyEvent): void => {
    if (action !== 'progress') done.push({ action, digest, size });
  };
  await copy(artifactStore(artifact), target, artifact.manifest.descriptor, { tag: plan.tag, onEvent });
  return done;
}
