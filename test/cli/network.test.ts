import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import { runCommand } from '../helpers/command-line.ts';
import { site, type Site } from './setup.ts';

let here: Site;
beforeAll(async () => {
  here = await site();
});
afterAll(() => here.close());

/** A fault in the repository that is written to; its path is filled in. */
type Fault = Omit<RegistryFault, 'path'> & { readonly path?: string };
const ALWAYS = 99;
const status = (code: number, headers: Readonly<Record<string, string>> = {}): RegistryFault['effect'] => ({
  kind: 'status',
  status: code,
  headers,
  body: '{"errors":[{"code":"SOMETHING","message":"the words of the registry"}]}',
});

let owners = 0;

/** Mirrors to an owner of its own, so that several run beside one another. */
async function mirror({ path = '', ...fault }: Fault) {
  const owner = `owner-${++owners}`;
  const target = here.target.replace(/\/site$/, `/${owner}`);
  here.registry.faults.add({ ...fault, path: new RegExp(`/v2/${owner}/multus-cni${path}`) });
  // The image is in the same registry, which would mount: these are about content on its way.
  const mounts = new RegExp(`/v2/${owner}/multus-cni/blobs/uploads/\\?mount=`);
  here.registry.faults.add({ method: 'POST', path: mounts, times: ALWAYS, effect: status(405) });
  const args = ['--project', here.project, '--json', '--registry', target];
  const result = await runCommand('mirror', args);
  return { ...result, tag: here.registry.content.tags.get(`${owner}/multus-cni v9-thick`) };
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
  ['an answer that is lost', { path: '/blobs/uploads/', method: 'PUT', effect: { kind: 'lose-answer' } }],
])('%s: said as a warning, and the mirror is whole', async (_, fault) => {
  const { code, stdout, stderr, tag } = await mirror(fault);
  expect(stderr).toMatch(
    /^(?:warning: http:\/\/127\.0\.0\.1:\d+\/v2\/\S+: .*; attempt \d of 4 in \d+\.\d s\n)+$/,
  );
  expect(JSON.parse(stdout)).toMatchObject([{ digest: here.image.digest }]);
  expect([code, tag]).toEqual([0, here.image.digest]);
});

test.concurrent.each<readonly [string, Fault, RegExp]>([
  ['an endless 503', { times: ALWAYS, effect: status(503) }, /answered 503.*\n {2}REGISTRY_ANSWER/],
  [
    '429 that wants an hour',
    { effect: status(429, { 'retry-after': '3600' }) },
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
    { effect: { kind: 'redirect', to: 'http://10.0.0.1/' } },
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
  const { code, stdout, stderr, tag } = await mirror(fault);
  const lines = stderr.split('\n').filter((line) => !line.startsWith('warning: '));
  expect(lines[0]).toMatch(/^error: .*127\.0\.0\.1:\d+\//);
  expect(stderr).toMatch(message);
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
  expect(lines.at(-2)).toMatch(/^ {2}[A-Z]+_[A-Z]+ \([a-z]+\): \S/);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect([code, stdout, tag]).toEqual([3, '', undefined]);
});

test('a blob that the source alters is not written, and said so once', async () => {
  const fault = { method: 'GET', path: '/v2/upstream/multus-cni/blobs/', times: ALWAYS };
  here.registry.faults.add({ ...fault, effect: { kind: 'corrupt-answer' } });
  const { code, stderr, tag } = await mirror({ times: 0, effect: status(500) });
  here.registry.faults.clear();
  expect(stderr).toMatch(
    /^error: 127\.0\.0\.1:\d+\/upstream\/multus-cni: asked for sha256:\S+, got .*\n {2}OCI_DIGEST \(oci\): .*\n$/,
  );
  expect([code, tag]).toEqual([3, undefined]);
});
