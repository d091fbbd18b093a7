import { afterAll, beforeAll } from 'vitest';
import { openRegistry } from '../../scripts/oci/registry.ts';
import { storeContract } from '../contract/store-contract.ts';
import { startDistribution, startGitea, type Server } from '../helpers/servers.ts';
import { describeWith, type Tool } from '../helpers/tools.ts';

/** The contract that the fakes fulfil, against the real servers. */
contractOf('CNCF Distribution', 'docker-registry', startDistribution);
contractOf('Gitea', 'gitea', startGitea);

function contractOf(name: string, tool: Tool, start: () => Promise<Server>): void {
  describeWith([tool], name, () => {
    let server: Server;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());

    storeContract({
      name,
      open: async (repository) =>
        openRegistry(
          { registry: server.host, repository: repository.replace(/^owner\//, `${server.owners[0]}/`) },
          { env: server.env },
        ),
    });
  });
}
