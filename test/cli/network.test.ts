import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { bytesOf, describeBytes } from '../helpers/oci-graph.ts';
import { LOGIN } from '../helpers/secret-forms.ts';
import { site, type Site } from './setup.ts';

const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };

let here: Site;
/** Refuses everything. */
let elsewhere: FakeRegistry;
beforeAll(async () => {
  [here, elsewhere] = await Promise.all([site(), fakeRegistry({ login: LOGIN })]);
});
afterAll(() => Promise.all([here.close(), elsewhere.close()]));

/** A fault in the repository that is written to; its path is filled in. */
type Fault = Omit<RegistryFault, 'path'> & { readonly path?: string };
const ALWAYS = 99;
const status = (code: number, headers: Readonly<Record<string, string>> = {}): RegistryFault['effect'] => ({
  kind: 'status',
  status: code,
  headers,
  body: '{"errors":[{"code":"SOMETHING","message":"the words of the registry"}]}',
});

/** Within one registry blobs would be mounted: these tests are about content on its way. */
const NO_MOUNT = {
  method: 'POST',
  path: '/blobs/uploads/?mount=',
  times: ALWAYS,
  effect: status(405),
} as const;

let owners = 0;

/** Mirrors to an owner of its own, so that several run beside one another. */
async function mirror({ path = '', ...fault }: Fault) {
  const owner = `owner-${++owners}`;
  const target = here.target.replace(/\/site$/, `/${owner}`);
  here.registry.faults.add({ ...fault, path: new RegExp(`/v2/${owner}/multus-cni${path}`) });
  here.registry.faults.add({ ...NO_MOUNT, path: `/v2/${owner}/multus-cni${NO_MOUNT.path}` });
  const args = ['--project', here.project, '--json', '--registry', target];
  const result = await runCommand('mirror', args);
  return { ...result, tag: here.registry.content.tags.get(`${owner}/multus-cni v9-thick`) };
}

function expectRefused({ code, stdout, stderr }: CommandResult, message: RegExp): void {
  const lines = stderr.split('\n').filter((line) => !line.startsWith('warning: '));
  expect(lines[0]).toMatch(/^error: .*127\.0\.0\.1:\d+\//);
  expect(stderr).toMatch(message);
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
  expect(lines.at(-2)).toMatch(/^ {2}[A-Z]+_[A-Z]+ \([a-z]+\): \S/);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect([code, stdout]).toEqual([3, '']);
}

test.concurrent.each<readonly [string, Fault]>([
  ['a burst of 503', { times: 2, effect: status(503) }],
  [
    '429 with Retry-After',
    { path: '/blobs/uploads/', method: 'POST', effect: status(429, { 'retry-after': '1' }) },
  ],
  ['500 at the tag', { path: '/manifests/v9-thick', method: 'PUT', effect: status(500) }],
  [
    'a blob that is cut',
    { path: '/blobs/uploads/', method: 'PUT', effect: { kind: 'cut-request', after: 100 } },
  ],
])('%s: said as a warning, and the mirror is whole', async (_, fault) => {
  const { code, stdout, stderr, tag } = await mirror(fault);
  expect(stderr).toMatch(
    /^(?:warning: http:\/\/127\.0\.0\.1:\d+\/v2\/\S+: .*; attempt \d of 4 in \d+\.\d s\n)+$/,
  );
  expect(JSON.parse(stdout)).toMatchObject([{ digest: here.image.digest }]);
  expect([code, tag]).toEqual([0, here.image.digest]);
});

test.concurrent('an answer to an upload that is lost: the blob is there, and nothing to be said', async () => {
  const lost: Fault = { path: '/blobs/uploads/', method: 'PUT', effect: { kind: 'lose-answer' } };
  const { code, stderr, tag } = await mirror(lost);
  expect([code, stderr, tag]).toEqual([0, '', here.image.digest]);
});

test.concurrent.each<readonly [string, Fault, RegExp]>([
  ['an endless 503', { times: ALWAYS, effect: status(503) }, /answered 503.*\n {2}REGISTRY_ANSWER/],
  [
    '429 that wants an hour',
    { times: ALWAYS, effect: status(429, { 'retry-after': '3600' }) },
    /answered 429.*\n.*Retry-After: 3600/,
  ],
  [
    '401',
    { times: ALWAYS, effect: status(401) },
    /answered 401.*\n {2}asked without credentials\n {2}REGISTRY_DENIED/,
  ],
  [
    '403 at the tag',
    { path: '/manifests/v9-thick', method: 'PUT', effect: status(403) },
    /answered 403[^]*REGISTRY_DENIED/,
  ],
  [
    'connections that are cut',
    { path: '/blobs/uploads/', times: ALWAYS, effect: { kind: 'cut-request', after: 0 } },
    /REGISTRY_NETWORK/,
  ],
  [
    'a redirect into the network',
    { times: ALWAYS, effect: { kind: 'redirect', to: 'http://10.0.0.1/' } },
    /REGISTRY_REDIRECT/,
  ],
  [
    'a web page in place of a manifest',
    {
      path: '/manifests/v9-thick',
      method: 'GET',
      times: ALWAYS,
      effect: { kind: 'status', status: 200, body: '<html>' },
    },
    /OCI_MANIFEST \(oci\): .*a login page/,
  ],
])('%s: exit 3 with one clear message, no stack, no tag', async (_, fault, message) => {
  const result = await mirror(fault);
  expectRefused(result, message);
  expect(result.tag).toBeUndefined();
});

/** The layer that both platforms have. */
const LAYER = describeBytes(bytesOf('site shared', 1000)).digest;
const UPLOADS = { path: '/v2/site/multus-cni/blobs/uploads/upload-' } as const;
const BLOBS = { method: 'GET', path: '/v2/upstream/multus-cni/blobs/', times: ALWAYS } as const;

function expired({ registry: { host } }: Site): RegistryFault['effect'] {
  const challenge = `Bearer realm="http://${host}/v2/token",service="fake",error="invalid_token"`;
  return status(401, { 'www-authenticate': challenge });
}

function mirrorWithin(own: Site, faults: readonly RegistryFault[]): Promise<CommandResult> {
  own.registry.faults.add(...faults, NO_MOUNT);
  return runCommand('mirror', ['--project', own.project, '--json', '--registry', own.target], ENV);
}

test.concurrent('a token that expires in the middle of a blob is renewed, and the mirror is whole', async () => {
  const own = await site({ login: LOGIN, publicPull: true }, { env: ENV });
  const { code, stderr } = await mirrorWithin(own, [
    { ...BLOBS, path: LAYER, times: 1, effect: { kind: 'cut-answer', after: 100 } },
    { ...BLOBS, path: LAYER, times: 1, effect: expired(own) },
    { ...UPLOADS, effect: expired(own) },
  ]);
  expect(stderr).toMatch(
    /^warning: \S+\/upstream\/multus-cni\/blobs\/\S+: .*; attempt 2 of 4 in \d+\.\d s\n$/,
  );
  expect([code, own.registry.content.tags.get('site/multus-cni v9-thick')]).toEqual([0, own.image.digest]);
  await own.close();
});

test.concurrent.each<readonly [string, (own: Site) => readonly RegistryFault[], RegExp]>([
  [
    'a blob that the source alters',
    () => [{ ...BLOBS, effect: { kind: 'corrupt-answer' } }],
    /^error: 127\.0\.0\.1:\d+\/upstream\/multus-cni: asked for sha256:\S+, got .*\n {2}OCI_DIGEST \(oci\): .*\n$/,
  ],
  [
    'a blob that always ends early',
    () => [{ ...BLOBS, effect: { kind: 'short-answer', bytes: 100 } }],
    /: the answer ended after \d+ of \d+ bytes \(4 attempts\)\n {2}REGISTRY_NETWORK/,
  ],
  [
    'a download that is always cut',
    () => [{ ...BLOBS, effect: { kind: 'cut-answer', after: 20 } }],
    /\/blobs\/sha256:\w+: .* \(4 attempts\)\n {2}REGISTRY_NETWORK/,
  ],
  [
    'a rest that begins later than was asked for',
    () => [
      { ...BLOBS, path: LAYER, times: 1, effect: { kind: 'cut-answer', after: 100 } },
      {
        ...BLOBS,
        path: LAYER,
        effect: { kind: 'status', status: 206, headers: { 'content-range': 'bytes 500-999/1000' } },
      },
    ],
    /: asked for bytes from 100, got later ones\n {2}REGISTRY_ANSWER/,
  ],
  [
    'a manifest that ends early',
    () => [
      { ...BLOBS, path: '/upstream/multus-cni/manifests/', effect: { kind: 'short-answer', bytes: 100 } },
    ],
    /: the registry says sha256:\w+, but the content has sha256:\w+\n {2}OCI_DIGEST/,
  ],
  [
    '401 behind a redirect',
    () => [{ ...BLOBS, effect: { kind: 'redirect', to: `http://${elsewhere.host}/blob` } }],
    /\/blobs\/sha256:\w+, redirected to \S+\/blob: answered 401: .*\n {2}REGISTRY_ANSWER/,
  ],
  [
    'tokens that have all expired in the middle',
    (own) => [{ ...UPLOADS, times: ALWAYS, effect: expired(own) }],
    /answered 401.*\n {2}asked with the credentials of REGISTRY_USERNAME and REGISTRY_PASSWORD\n {2}REGISTRY_DENIED/,
  ],
])(
  '%s: exit 3 with one clear message, nothing is tagged, and no credentials leave the registry',
  async (_, faults, message) => {
    const own = await site({ login: LOGIN }, { env: ENV });
    const result = await mirrorWithin(own, faults(own));
    expectRefused(result, message);
    expect([...own.registry.content.tags.keys()]).toEqual(['upstream/multus-cni v9-thick']);
    expect(elsewhere.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    await own.close();
  },
);
