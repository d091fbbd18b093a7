import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { fakeRegistry, type FakeOptions, type FakeRegistry } from '../helpers/fake-registry.ts';
import { openOn } from '../oci/registry-setup.ts';
import { storeContract } from './store-contract.ts';

let folder = '';
const running: FakeRegistry[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stores-'));
});

afterAll(async () => {
  await Promise.all(running.map((registry) => registry.close()));
  await rm(folder, { recursive: true });
});

storeContract({ name: 'image layout', open: async (repository) => layoutStore(join(folder, repository)) });

const LOGIN = { username: 'somebody', password: 'a secret of the tests' };
const WITH_LOGIN = { REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };

fakeContract('fake Distribution', {}, {});
fakeContract('fake Distribution with tokens', { login: LOGIN }, WITH_LOGIN);
fakeContract('fake Distribution whose tokens soon expire', { login: LOGIN, tokenUses: 40 }, WITH_LOGIN);
fakeContract(
  'fake Gitea',
  { flavour: 'gitea', login: LOGIN, owners: ['owner'] },
  { GITEA_TOKEN: LOGIN.password },
);

function fakeContract(name: string, options: FakeOptions, env: NodeJS.ProcessEnv): void {
  let registry: Promise<FakeRegistry> | undefined;
  const start = async (): Promise<FakeRegistry> => {
    const started = await fakeRegistry(options);
    running.push(started);
    return started;
  };
  storeContract({
    name,
    open: async (repository) => {
      registry ??= start();
      const login = env['GITEA_TOKEN'] === undefined ? {} : { REGISTRY_USERNAME: LOGIN.username };
      return openOn((await registry).host, repository, { env: { HOME: folder, ...env, ...login } });
    },
  });
}
