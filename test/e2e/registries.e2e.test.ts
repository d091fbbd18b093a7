import { afterAll, beforeAll, expect, it } from 'vitest';
import { copy, fetchManifest } from '../../scripts/oci/copy.ts';
import { streamOf } from '../../scripts/oci/digest.ts';
import { childrenOf } from '../../scripts/oci/manifest.ts';
import { openRegistry, type OpenRepository } from '../../scripts/oci/registry.ts';
import { storeContract } from '../contract/store-contract.ts';
import { startGitea } from '../helpers/gitea.ts';
import { startDistribution, type Server } from '../helpers/servers.ts';
import { pushImage } from '../helpers/images.ts';
import { describeBytes, graphStore, image } from '../helpers/oci-graph.ts';
import { describeWith, findTool, type Tool } from '../helpers/tools.ts';

/** The contract that the fakes fulfil, against the real servers. */
contractOf('CNCF Distribution', 'docker-registry', startDistribution);
contractOf('Gitea', 'gitea', startGitea);

describeWith(['gitea'], 'a Gitea that runs already', () => {
  it.skipIf(findTool('gitea') === undefined)(
    'is used by GITEA_URL and GITEA_TOKEN alone, with owners that are gone afterwards',
    async () => {
      const own = await startGitea({});
      const url = `http://${own.host}`;
      const token = own.env['GITEA_TOKEN'] ?? '';
      const named = await startGitea({ GITEA_URL: url, GITEA_TOKEN: token });
      expect(named).toMatchObject({ host: own.host, user: own.user, env: own.env });
      const [owner] = named.owners;
      const store = await openRegistry(
        { registry: named.host, repository: `${owner}/a/b` },
        { env: named.env },
      );
      await pushImage(store, 'v1', { platforms: ['linux/amd64'], layers: 1, layerSize: 10 });
      const found = async (): Promise<number> =>
        (await fetch(`${url}/api/v1/orgs/${owner}`, { headers: { authorization: `token ${token}` } })).status;
      expect(await found()).toBe(200);
      await named.stop();
      expect(await found()).toBe(404);
      await own.stop();
    },
  );
});

function contractOf(name: string, tool: Tool, start: () => Promise<Server>): void {
  describeWith([tool], name, () => {
    let server: Server;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());

    const open = (repository: string): Promise<OpenRepository> =>
      openRegistry(
        { registry: server.host, repository: repository.replace(/^owner\//, `${server.owners[0]}/`) },
        { env: server.env },
      );

    storeContract({ name, open });

    it('lists what refers to a manifest, although it keeps no such list itself', async () => {
      const store = await open('owner/referrers');
      const graph = image('subject', []);
      await copy(graphStore(graph), store, graph.root, { tag: 'v1' });
      const [config] = childrenOf(
        await fetchManifest(store, graph.root),
        graph.root.mediaType,
        'the subject',
      );
      const names = ['application/vnd.example.a', 'application/vnd.example.b'];
      const referring = names.map((artifactType) => {
        const { mediaType } = graph.root;
        const members = { artifactType, config, layers: [], subject: graph.root };
        const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...members }));
        return { bytes, descriptor: describeBytes(bytes, mediaType) };
      });
      await Promise.all(
        referring.map(({ bytes, descriptor }) => store.push(descriptor, async () => streamOf(bytes))),
      );
      const listed = await store.referrers(graph.root.digest);
      expect(listed.map(({ digest }) => digest).toSorted()).toEqual(
        referring.map(({ descriptor }) => descriptor.digest).toSorted(),
      );
    });
  });
}
