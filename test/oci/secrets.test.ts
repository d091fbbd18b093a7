import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { mask } from '../../scripts/secrets/secrets.ts';
import { copy } from '../../scripts/oci/copy.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, graphStore, image } from '../helpers/oci-graph.ts';
import { expectNoSecret, FORMS, LOGIN } from '../helpers/secret-forms.ts';
import { openOn } from './registry-setup.ts';

const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };
const GRAPH = image('secrets', [bytesOf('secrets', 50_000)]);

let registry: FakeRegistry;
afterEach(() => registry.close());

/** A server that writes back what it was sent, as debugging proxies do. */
const echo = (path: string): RegistryFault => ({
  path,
  times: 99,
  effect: { kind: 'status', status: 400, body: `you sent ${FORMS.join(' and ')}` },
});

test.each<readonly [string, readonly RegistryFault[]]>([
  ['passes', []],
  ['fails at the token', [echo('/token')]],
  ['fails at a blob', [echo('/blobs/')]],
  ['fails at a manifest', [echo('/manifests/')]],
  ['is answered 401 in the end', [{ path: '/blobs/', times: 99, effect: { kind: 'status', status: 401 } }]],
  [
    'has a token endpoint that answers no JSON',
    [{ path: '/token', effect: { kind: 'status', status: 200, body: `{"token": ${LOGIN.password}` } }],
  ],
  ['has its connections cut', [{ path: '/blobs/', times: 99, effect: { kind: 'cut-request', after: 0 } }]],
  [
    'is sent elsewhere',
    [
      {
        path: '/blobs/',
        times: 99,
        effect: {
          kind: 'redirect',
          to: `http://u:${encodeURIComponent(LOGIN.password)}@10.0.0.1/?x=${encodeURIComponent(LOGIN.password)}`,
        },
      },
    ],
  ],
])('no notes, errors, causes or stacks hold a secret when a run %s', async (_, faults) => {
  registry = await fakeRegistry({ login: LOGIN, faults });
  const said: string[] = [];
  const store = await openOn(registry.host, 'owner/name', { env: ENV, note: (text) => said.push(text) });
  const outcome: unknown = await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' }).catch(
    (error: unknown) => error,
  );
  expect(outcome instanceof Error).toBe(faults.length > 0);
  said.push(
    store.name,
    store.credentialSource ?? '',
    inspect(store, { depth: 9 }),
    inspect(outcome, { depth: 9, showHidden: true }),
  );
  expectNoSecret(said.join('\n'));
});

test('a token that comes as plain text is not quoted, not even its beginning', async () => {
  const effect = { kind: 'status', status: 200, body: 'qzx-token' } as const;
  registry = await fakeRegistry({ login: LOGIN, faults: [{ path: '/token', effect }] });
  const store = await openOn(registry.host, 'owner/name', { env: ENV });
  const error: unknown = await store.resolve('v1').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'REGISTRY_ANSWER', cause: undefined });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('qz');
});

test('what is printed is masked in every form', async () => {
  registry = await fakeRegistry({ login: LOGIN });
  const store = await openOn(registry.host, 'owner/name', { env: ENV });
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
  expect(mask([...FORMS, 'token-1-of-the-fake'].join('\n'))).toMatch(/^(?:\*{3}\n?)+$/);
});

test.each([
  ['a passing', {}, 0],
  ['a failing', { faults: [echo('/blobs/')] }, 1],
])('%s process with NODE_DEBUG of the whole network says no secret', async (_, options, code) => {
  registry = await fakeRegistry({ login: LOGIN, ...options });
  const other = await fakeRegistry();
  try {
    await copy(graphStore(GRAPH), await openOn(other.host), GRAPH.root, { tag: 'v1' });
    const program = fileURLToPath(new URL('copy-child.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', program, other.host, registry.host], {
      env: { PATH: process.env['PATH'], NODE_DEBUG: 'undici,fetch,net,http', ...ENV },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => (output += piece.toString()));
    const [exit] = (await once(child, 'close')) as [number];
    expect(exit).toBe(code);
    expect(output).toContain('sending request');
    expectNoSecret(output);
  } finally {
    await other.close();
  }
});
