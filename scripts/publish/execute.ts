import { ChartError } from '../errors.ts';
import { copy, type CopyEvent } from '../oci/copy.ts';
import { identityOf, isManifest } from '../oci/media-types.ts';
import { missingFrom } from '../oci/missing.ts';
import { planPublish, type PublishPlan } from './plan.ts';
import { piecesOf, type Publication } from './publication.ts';

/** What was done with one piece. */
export interface DoneStep {
  readonly action: 'upload' | 'mount' | 'skip';
  readonly digest: string;
  readonly size: number;
}

/** Asks the target what it has and plans. Writes nothing. */
export async function inspect(publication: Publication): Promise<PublishPlan> {
  const { target, tag, mountFrom } = publication;
  const pieces = await piecesOf(publication);
  const descriptors = pieces.map(({ descriptor }) => descriptor);
  const [tagged, missing] = await Promise.all([target.resolve(tag), missingFrom(target, descriptors)]);
  const present = descriptors.filter((descriptor) => !missing.includes(descriptor));
  const mountable =
    mountFrom === undefined ? [] : pieces.filter(({ descriptor }) => !isManifest(descriptor.mediaType));
  return planPublish(target.name, tag, pieces, {
    tagged: tagged?.digest,
    present: new Set(present.map(identityOf)),
    mountable: new Set(mountable.map(({ descriptor }) => identityOf(descriptor))),
  });
}

/**
 * Carries a plan out: content first, the tag last; what the target has lost below a manifest
 * that it has is brought again. Right before the tag is written, and
 * again before each repeated attempt (a registry may ask for a pause of a minute), it is
 * looked at once more, so that a release that somebody else made meanwhile is not replaced.
 *
 * @throws PUBLISH_RACE when the tag has moved since the plan was made
 */
export async function execute(
  publication: Publication,
  onEvent: (event: CopyEvent) => void = () => undefined,
): Promise<readonly DoneStep[]> {
  const { source, root, target, tag, mountFrom } = publication;
  const done: DoneStep[] = [];
  const record = (event: CopyEvent): void => {
    const { action, descriptor } = event;
    if (action !== 'progress') done.push({ action, digest: descriptor.digest, size: descriptor.size });
    onEvent(event);
  };
  await copy(source, target, root, {
    deep: true,
    onEvent: record,
    ...(mountFrom !== undefined && { mountFrom }),
  });
  await target.tag(root, tag, () => free(publication));
  return done;
}

/** Whether the tag is still to be written; false when it is there with this very digest. */
async function free({ root, target, tag }: Publication): Promise<boolean> {
  const now = await target.resolve(tag);
  if (now === undefined || now.digest === root.digest) return now === undefined;
  throw new ChartError(
    'PUBLISH_RACE',
    `${target.name}:${tag} was free when the plan was made, now it is ${now.digest}; this one is ${root.digest}`,
  );
}
