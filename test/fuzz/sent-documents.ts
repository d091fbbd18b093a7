import { fetchManifest, copy, graphOf, platformsIn } from '../../scripts/oci/copy.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import { HELM_CHART, HELM_CONFIG } from '../../scripts/package/media-types.ts';
import type { Json } from '../../scripts/json/json.ts';
import { chartConfig } from '../../scripts/bundle/chart-config.ts';
import { refuseConflict } from '../../scripts/publish/conflict.ts';
import { inspect } from '../../scripts/publish/execute.ts';
import { bytesOf, describeBytes, graphStore, withRoot, type Graph } from '../helpers/oci-graph.ts';
import {
  IMAGE,
  INDEX,
  LIST,
  mediaTypeOf,
  passOn,
  putManifest,
  refer,
  registries,
  REPOSITORY,
  reset,
  storeOf,
  TAG,
  type Store,
} from './registry.ts';
import type { Subject } from './written.ts';

/** What a release, a mirror and a pin do with what a tag names. */
async function useTag(store: Store): Promise<void> {
  const root = await store.resolve(TAG);
  if (root === undefined) return;
  platformsIn({ descriptor: root, bytes: await fetchManifest(store, root) }, '');
  await chartConfig(store, root);
  const { source } = MINE;
  const publication = { source, root: MINE.root, target: store, tag: TAG };
  await refuseConflict({ kind: 'chart', publication, plan: await inspect(publication) }).catch(passOn);
  await graphOf(store, root);
  await copy(store, store.sibling('owner/copy'), root, { tag: TAG, mountFrom: REPOSITORY, deep: true });
}

/** A graph like the given one, whose manifest has another text. */
function withText({ contents }: Graph, text: string): Graph {
  const bytes = Buffer.from(text);
  const root = describeBytes(bytes, OCI_MANIFEST);
  return { root, contents: new Map([...contents, [root.digest, bytes]]) };
}

function rootText({ root, contents }: Graph): string {
  return Buffer.from(contents.get(root.digest) ?? []).toString();
}

function chart(config: Json): Graph {
  const archive = bytesOf('archive', 100);
  const bytes = Buffer.from(JSON.stringify(config));
  const members = { config: describeBytes(bytes, HELM_CONFIG), layers: [describeBytes(archive, HELM_CHART)] };
  return withRoot(OCI_MANIFEST, members, [bytes, archive]);
}

const IMAGES = '- name: image\n  image: r.test/a/b:v1@sha256:' + 'a'.repeat(64) + '\n';
const CONFIG = { name: 'c', version: '1.0.0', annotations: { 'artifacthub.io/images': IMAGES } };
const MINE = { root: chart({ name: 'mine' }).root, source: graphStore(chart({ name: 'mine' })) };

/** A manifest that a tag names. */
const manifestOf = (name: string, graph: Graph): Subject => ({
  name,
  format: 'json',
  documents: [rootText(graph)],
  read: async (text) => {
    const spoilt = withText(graph, text);
    reset('distribution', spoilt);
    // It is served as what it says it is, or as what it was.
    const mediaType = mediaTypeOf(Buffer.from(text)) || graph.root.mediaType;
    putManifest('distribution', spoilt.root.digest, Buffer.from(text), mediaType);
    await useTag(await storeOf('distribution'));
  },
});

/** The documents that a registry holds. */
export const SENT_DOCUMENTS: readonly Subject[] = [
  manifestOf('image manifest', IMAGE),
  manifestOf('image index', INDEX),
  manifestOf('chart manifest', chart(CONFIG)),
  {
    name: 'chart configuration',
    format: 'json',
    documents: [JSON.stringify(CONFIG)],
    read: async (text) => {
      const bytes = Buffer.from(text);
      const archive = bytesOf('archive', 100);
      const members = {
        config: describeBytes(bytes, HELM_CONFIG),
        layers: [describeBytes(archive, HELM_CHART)],
      };
      reset('distribution', withRoot(OCI_MANIFEST, members, [bytes, archive]));
      await useTag(await storeOf('distribution'));
    },
  },
  {
    name: 'list of images in a chart',
    format: 'yaml',
    documents: [IMAGES],
    read: async (text) => {
      reset('distribution', chart({ ...CONFIG, annotations: { 'artifacthub.io/images': text } }));
      await useTag(await storeOf('distribution'));
    },
  },
  {
    name: 'list of referrers by the tag',
    format: 'json',
    documents: [JSON.stringify(LIST)],
    read: async (text) => {
      reset('gitea', IMAGE);
      const digest = digestOf(Buffer.from(text));
      putManifest('gitea', digest, Buffer.from(text), OCI_INDEX);
      registries.gitea.content.tags.set(`${REPOSITORY} ${IMAGE.root.digest.replace(':', '-')}`, digest);
      await refer(await storeOf('gitea'));
    },
  },
];
