import { afterEach, beforeEach, expect, test } from 'vitest';
import { npmCommand } from '../../scripts/commands/terminal/npm-command.ts';
import { copy } from '../../scripts/oci/copy.ts';
import { checkImages, refuseMissingImages, type ImageCheck } from '../../scripts/images/check.ts';
import type { Opener } from '../../scripts/oci/opener.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { graphStore, multiArch } from '../helpers/oci-graph.ts';
import { openOn } from '../oci/registry-setup.ts';

const GRAPH = multiArch('pinned', 500);

let registry: FakeRegistry;
beforeEach(async () => {
  registry = await fakeRegistry();
});
afterEach(() => registry.close());

async function check(): Promise<ImageCheck | undefined> {
  const image = { digest: GRAPH.root.digest, at: { registry: registry.host, repository: 'up/tool' } };
  const open: Opener = ({ registry: host, repository }) => openOn(host, repository);
  return (await checkImages([image], open))[0];
}

test('an image is complete, then lacks a layer, then is gone, then out of reach', async () => {
  await copy(graphStore(GRAPH), await openOn(registry.host, 'up/tool'), GRAPH.root, { tag: 'v1' });
  expect(await check()).toMatchObject({ state: 'complete', reason: '', store: `${registry.host}/up/tool` });

  const [blob = ''] = [...registry.content.blobs.keys()];
  registry.content.blobs.delete(blob);
  expect(await check()).toMatchObject({ state: 'missing' });

  // A child of the index, which the look at the whole graph needs.
  const child = [...registry.content.manifests.keys()].find((key) => !key.includes(GRAPH.root.digest)) ?? '';
  registry.content.manifests.delete(child);
  expect(await check()).toMatchObject({ state: 'missing', reason: '' });

  registry.content.manifests.clear();
  expect(await check()).toMatchObject({ state: 'missing' });

  registry.faults.add({ times: 99, effect: { kind: 'status', status: 403 } });
  expect(await check()).toMatchObject({
    state: 'unchecked',
    reason: expect.stringContaining('403') as string,
  });
});

test('a registry that gives something else under the digest is no registry out of reach', async () => {
  await copy(graphStore(GRAPH), await openOn(registry.host, 'up/tool'), GRAPH.root, { tag: 'v1' });
  for (const { bytes } of registry.content.manifests.values()) bytes.fill(' ', 0, 1);
  await expect(check()).rejects.toMatchObject({ code: 'OCI_DIGEST' });
});

const CHECKS = (['complete', 'missing', 'unchecked'] as const).map((state): ImageCheck => {
  const reason = state === 'unchecked' ? 'nothing listens there' : '';
  return { digest: `sha256:${state}`, store: `git.example.org/own/${state}`, state, reason };
});

test('a mirror must have every image; one that cannot be asked is not known to', () => {
  const [complete, missing, unchecked] = CHECKS as [ImageCheck, ImageCheck, ImageCheck];
  expect(() => refuseMissingImages([complete], npmCommand('mirror', undefined))).not.toThrow();
  expect(() => refuseMissingImages([complete, missing, unchecked], npmCommand('mirror', undefined))).toThrow(
    expect.objectContaining({
      code: 'MIRROR_INCOMPLETE',
      message: [
        'The mirror does not hold every pinned image:',
        '  git.example.org/own/missing@sha256:missing: missing',
        '  git.example.org/own/unchecked@sha256:unchecked: unchecked (nothing listens there)',
      ].join('\n'),
      hint: 'Run npm run mirror, or release with --mirror-images.',
    }),
  );
  expect(() => refuseMissingImages([missing], npmCommand('mirror', '/a site'))).toThrow(
    expect.objectContaining({
      hint: "Run npm run mirror -- --project '/a site', or release with --mirror-images.",
    }),
  );
});

test('upstream’s registry may be out of reach, but must have what it is asked for', () => {
  const [complete, missing, unchecked] = CHECKS as [ImageCheck, ImageCheck, ImageCheck];
  expect(() => refuseMissingImages([complete, unchecked])).not.toThrow();
  expect(() => refuseMissingImages([complete, missing])).toThrow(
    expect.objectContaining({ code: 'OCI_NOT_FOUND' }),
  );
});
