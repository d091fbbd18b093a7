import { join, resolve } from 'node:path';
import { commandOf } from './terminal/command.ts';
import { teller } from './terminal/tell.ts';
import { graphOf } from '../oci/copy.ts';
import { artifactStore } from '../publish/artifact-store.ts';
import type { BundleItem } from '../bundle/write.ts';
import { releaseBase } from '../publish/finish.ts';
import { pinnedImages, type PinnedImage } from '../images/pinned.ts';
import { REGISTRY_FLAGS, registryOptions, sourceOf } from './terminal/registry-flags.ts';
import { opener } from '../oci/opener.ts';
import { ChartError } from '../errors.ts';

export const command = commandOf({
  name: 'bundle',
  summary: 'Writes the chart and its images as one OCI image layout, to carry where there is no internet.',
  flags: {
    output: {
      type: 'string',
      value: 'FILE',
      description: 'a directory, or a file that ends in .tar (default: dist/NAME-VERSION.bundle.tar)',
    },
    from: {
      type: 'string',
      value: 'HOST',
      description: 'the registry host of the images that the credentials given here are for',
    },
    ...REGISTRY_FLAGS,
  },
  notes: 'Then, on the other side: npm run release -- --from-bundle FILE --registry oci://HOST/OWNER',
  async action({ flags, project, out, env }) {
    const [{ readLock }, { prepare }, { writeBundle }] = await Promise.all([
      import('../fetch/snapshot.ts'),
      import('../pipeline.ts'),
      import('../bundle/write.ts'),
    ]);
    refusePacked(flags.output);
    const pinned = pinnedImages(await readLock(project));
    const tell = teller(out);
    const { host, options } = sourceOf(flags, pinned, registryOptions(flags, env, out));
    const open = opener(host, options, tell);
    // Before anything is built: what has to come from a registry may not be there.
    const images = await Promise.all(pinned.map(async (image) => imageItem(image, await open(image.from))));
    const { artifact } = await prepare(project, {}, env, tell);
    const path = resolve(flags.output ?? join(project, `${releaseBase(artifact)}.bundle.tar`));
    const chart: BundleItem = {
      kind: 'chart',
      name: artifact.name,
      tag: artifact.version,
      root: artifact.manifest.descriptor,
      source: artifactStore(artifact),
    };
    const items = [...images, chart];
    const graphs = await Promise.all(items.map(({ source, root }) => graphOf(source, root)));
    const total = graphs.flat().reduce((sum, { size }) => sum + size, 0);
    const copying = { event: 'copying', what: 'bundle', total } as const;
    try {
      await writeBundle(path, items, (step) => tell({ ...copying, step }));
    } finally {
      tell(copying);
    }
    out.step('bundled', path);
    out.table(items.map(({ kind, name, tag, root }) => [kind, `${name}:${tag}`, root.digest]));
    out.json({
      path,
      items: items.map(({ kind, name, tag, root }) => ({ kind, name, tag, digest: root.digest })),
    });
  },
});

/** What looks like an archive of another kind would become a folder of that name. */
function refusePacked(output: string | undefined): void {
  if (
    output === undefined ||
    output.endsWith('.tar') ||
    !/\.(?:tar|t?gz|t?xz|t?bz2|tbz|zst|zip)$/i.test(output)
  )
    return;
  throw new ChartError('USAGE', `--output ${output} is neither a .tar nor a folder`, {
    hint: 'Name a file that ends in .tar; its content is compressed already.',
  });
}

async function imageItem(image: PinnedImage, source: BundleItem['source']): Promise<BundleItem> {
  const root = await source.resolve(image.digest);
  if (root === undefined)
    throw new ChartError('OCI_NOT_FOUND', `${source.name} does not have ${image.digest}`);
  return {
    kind: 'image',
    name: image.from.repository.split('/').at(-1) ?? image.from.repository,
    tag: image.tag,
    root,
    source,
  };
}
