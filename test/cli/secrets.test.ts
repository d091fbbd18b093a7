import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { IS_LONG } from '../helpers/draws.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import type { FakeOptions } from '../helpers/fake-registry.ts';
import { spawnCommand, type CommandResult } from '../helpers/command-line.ts';
import { expectNoSecret, FORMS, LOGIN } from '../helpers/secret-forms.ts';
import { site, type Site } from './setup.ts';

const ENV = { REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };

let here: Site;
afterEach(async () => {
  await here.close();
});

async function prepareRelease(
  options: FakeOptions,
  ...faults: readonly RegistryFault[]
): Promise<readonly string[]> {
  here = await site({ login: LOGIN, ...options }, { env: { HOME: '/nonexistent', ...ENV } });
  here.registry.faults.add(...faults);
  return ['--project', here.project, '--registry', here.target];
}

/** Everything that was printed, and every file of the project, archives unpacked. */
async function expectNoSecretAnywhere({ stdout, stderr }: CommandResult): Promise<void> {
  expectNoSecret(stdout);
  expectNoSecret(stderr);
  const dist = join(here.project, 'dist');
  const names = await readdir(dist, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of names.filter((name) => name.isFile())) {
    const bytes = await readFile(join(entry.parentPath, entry.name));
    expectNoSecret(bytes.toString('utf8'));
    if (entry.name.endsWith('.tgz')) expectNoSecret(gunzipSync(bytes).toString('utf8'));
  }
}

test.each(['gitea', 'distribution'] as const)(
  'a release to %s with a login says no secret, in no stream, log, receipt or archive',
  async (flavour) => {
    const args = await prepareRelease({ flavour });
    // Node reads it when it starts.
    const result = await spawnCommand('release', args, { ...ENV, NODE_DEBUG: 'undici,fetch,net,http' });
    expect([result.code, result.stderr.includes('error: ')]).toEqual([0, false]);
    expect(result.stderr).toContain('sending request');
    expect(result.stdout).toContain('credentials from REGISTRY_USERNAME and REGISTRY_PASSWORD');
    expect(result.stdout).toMatch(/^pulled +by Helm 3\.\S+ and Helm 4\./m);
    expect(await readdir(join(here.project, 'dist'))).toContain('multus-1.0.0.receipt.json');
    await expectNoSecretAnywhere(result);
  },
);

/** A server that writes back what it was sent, as debugging proxies do. */
const echo = (fault: Omit<RegistryFault, 'effect'>, status = 400): RegistryFault => ({
  ...fault,
  times: 99,
  effect: { kind: 'status', status, body: `you sent ${FORMS.join(' and ')}` },
});

const FAILURES: readonly (readonly [string, number, RegistryFault])[] = [
  ['at the token', 3, echo({ path: '/token' })],
  ['at an upload', 3, echo({ method: 'POST', path: '/blobs/uploads/' })],
  ['at the tag, with 401', 3, echo({ method: 'PUT', path: '/manifests/1.0.0' }, 401)],
  ['when Helm pulls', 1, echo({ method: 'HEAD', path: '/manifests/1.0.0' })],
  [
    'when it is sent elsewhere',
    3,
    {
      path: '/blobs/',
      times: 99,
      effect: {
        kind: 'redirect',
        to: `http://u:${encodeURIComponent(LOGIN.password)}@10.0.0.1/?x=${encodeURIComponent(LOGIN.password)}`,
      },
    },
  ],
];

// Each is a process of seconds: the first and the last stand for all, and the long tests take every one.
test.each(IS_LONG ? FAILURES : [FAILURES.at(0), FAILURES.at(-1)].filter((one) => one !== undefined))(
  'a release that fails %s says no secret either',
  async (_, code, fault) => {
    const args = await prepareRelease({ flavour: 'distribution' }, fault);
    // A process knows no secret but those that it reads itself.
    const result = await spawnCommand('release', args, ENV);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(/^error: /m);
    await expectNoSecretAnywhere(result);
  },
);
