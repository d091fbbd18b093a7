import { graphOf } from '../oci/copy.ts';
import { isIndex, isManifest } from '../oci/media-types.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import type { Artifact } from '../package/artifact.ts';
import { HELM_CHART, HELM_CONFIG } from '../package/media-types.ts';
import { artifactStore } from './artifact-store.ts';
import type { Piece } from './plan.ts';

/** Something to publish: a graph of content in one store, and where it goes under which tag. */
export interface Publication {
  readonly source: ContentStore;
  readonly root: Descriptor;
  readonly target: ContentStore;
  readonly tag: string;
  /** A repository of the target's registry from which blobs may be mounted. */
  readonly mountFrom?: string;
}

/** The publication of a packed chart: its version is the tag. */
export function chartPublication(artifact: Artifact, target: ContentStore): Publication {
  return {
    source: artifactStore(artifact),
    root: artifact.manifest.descriptor,
    target,
    tag: artifact.version,
  };
}

/** Everything that a publication consists of, children before parents, with names for people. */
export async function piecesOf({ source, root }: Publication): Promise<readonly Piece[]> {
  const graph = await graphOf(source, root);
  return graph.map((descriptor) => ({ what: nameOf(descriptor), descriptor }));
}

function nameOf({ mediaType }: Descriptor): string {
  if (mediaType === HELM_CONFIG) return 'config';
  if (mediaType === HELM_CHART) return 'chart';
  if (isIndex(mediaType)) return 'index';
  return isManifest(mediaType) ? 'manifest' : 'blob';
}
