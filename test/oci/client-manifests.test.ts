import { expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import type { FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, graphStore, image } from '../helpers/oci-graph.ts';
import { fakeRegistries, openOn, OWN } from './registry-setup.ts';

const GRAPH = image('client', [bytesOf('client', 300_000)]);

const start = fakeRegistries();

const tagged = async (faults: readonly RegistryFault[] = []): Promise<FakeRegistry> => {
  const registry = await start();
  await copy(graphStore(GRAPH), await openOn(registry.host), GRAPH.root, { tag: 'v1' });
  registry.faults.add(...faults);
  return registry;
};

test('a digest header that contradicts the body is found out', async () => {
  const value = `sha256:${'0'.repeat(64)}`;
  const registry = await tagged([{ effect: { kind: 'header', name: 'docker-content-digest', value } }]);
  await expect((await openOn(registry.host)).resolve('v1')).rejects.toMatchObject({ code: 'OCI_DIGEST' });
});

test('a body that is not what its digest says is found out', async () => {
  const registry = await tagged();
  const store = await openOn(registry.host);
  const other = image('another', []);
  await copy(graphStore(other), store, other.root, { tag: 'v2' });
  // Its header agrees with the body, as that of a proxy would that mixes up what it keeps.
  const to = `http://${registry.host}/v2/${OWN}/manifests/v2`;
  registry.faults.add({ method: 'GET', path: GRAPH.root.digest, effect: { kind: 'redirect', to } });
  await expect(store.resolve(GRAPH.root.digest)).rejects.toMatchObject({
    code: 'OCI_DIGEST',
    message: expect.stringContaining(`the registry gave content with digest ${other.root.digest}`) as string,
  });
});

test.each(['v1', GRAPH.root.digest])('a manifest that ends early is found out: %s', async (reference) => {
  const registry = await tagged([{ method: 'GET', effect: { kind: 'short-answer', bytes: 100 } }]);
  await expect((await openOn(registry.host)).resolve(reference)).rejects.toMatchObject({
    code: 'OCI_DIGEST',
  });
});

test('a page of HTML in place of a manifest', async () => {
  const effect = {
    kind: 'status',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html>log in</html>',
  } as const;
  const registry = await tagged([{ effect }]);
  await expect((await openOn(registry.host)).resolve('v1')).rejects.toMatchObject({ code: 'OCI_MANIFEST' });
});

test('the missing owner of a Gitea', async () => {
  const registry = await start({ flavour: 'gitea', owners: ['infra'] });
  const store = await openOn(registry.host, 'nobody/name');
  expect(await store.resolve('v1')).toBeUndefined();
  await expect(copy(graphStore(GRAPH), store, GRAPH.root)).rejects.toMatchObject({
    code: 'REGISTRY_DENIED',
    message: expect.stringContaining(
      'the owner "nobody" does not exist on this Gitea or the token may not write to it',
    ) as string,
  });
});
