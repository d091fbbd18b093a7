import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInternal, isLoopback } from '../../scripts/oci/address.ts';
import {
  apiHost,
  formatReference,
  parseImageReference,
  parseRegistryReference,
} from '../../scripts/recipe/reference.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

test.each([
  ['oci://git.example.org/infra', { registry: 'git.example.org', repository: 'infra' }],
  ['oci://git.example.org/infra/', { registry: 'git.example.org', repository: 'infra' }],
  [
    'OCI://GIT.example.org:3000/infra/multus',
    { registry: 'git.example.org:3000', repository: 'infra/multus' },
  ],
  ['127.0.0.1:5000/a/b/c:1.0.0', { registry: '127.0.0.1:5000', repository: 'a/b/c', tag: '1.0.0' }],
  ['oci://[::1]:5000/a:b', { registry: '[::1]:5000', repository: 'a', tag: 'b' }],
  [`oci://h/a/b:1@${DIGEST}`, { registry: 'h', repository: 'a/b', tag: '1', digest: DIGEST }],
  [`oci://h/a@${DIGEST}`, { registry: 'h', repository: 'a', digest: DIGEST }],
  // Helm's documents name Docker Hub so; docker login stores its credentials under a third name.
  ['oci://registry-1.docker.io/me', { registry: 'docker.io', repository: 'me' }],
  ['oci://Index.docker.io/me', { registry: 'docker.io', repository: 'me' }],
  ['oci://docker.io/me', { registry: 'docker.io', repository: 'me' }],
])('registry reference %s', (text, expected) => {
  expect(parseRegistryReference(text)).toEqual(expected);
});

test.each([
  ['busybox', 'docker.io/library/busybox'],
  ['busybox:1', 'docker.io/library/busybox:1'],
  ['docker.io/busybox', 'docker.io/library/busybox'],
  ['index.docker.io/a/b', 'docker.io/a/b'],
  ['a/b:c', 'docker.io/a/b:c'],
  ['localhost/a', 'localhost/a'],
  ['ghcr.io/a/b:c', 'ghcr.io/a/b:c'],
  [`host:5000/a@${DIGEST}`, `host:5000/a@${DIGEST}`],
])('image reference %s is %s', (text, expected) => {
  expect(formatReference(parseImageReference(text))).toBe(expected);
});

test('Docker Hub answers under another name', () => {
  expect(apiHost('docker.io')).toBe('registry-1.docker.io');
  expect(apiHost('ghcr.io')).toBe('ghcr.io');
});

test.each([
  ['https://git.example.org/infra', 'begins with https://'],
  ['oci://git.example.org', 'no owner'],
  ['oci://git.example.org/Infra', 'write infra'],
  ['oci://git.example.org/infra:1.0.0+build', 'build metadata'],
  ['oci://git.example.org/infra//x', '""'],
  ['oci://git.example.org/-x', '"-x"'],
  ['oci://git.example.org/x@sha256:12', 'no digest'],
  ['oci://git example/x', 'no host'],
  ['oci:///x', 'no host'],
  ['oci://host:99999/o', '"host:99999" is no address or port'],
  ['oci://1.2.3.4.5/o', 'no address'],
  ['oci://999.1.1.1/o', 'no address'],
  ['oci://[:::]/o', 'no address'],
  [`oci://h/${'a'.repeat(256)}`, 'more than 255'],
])('%s is refused', (text, reason) => {
  expect(() => parseRegistryReference(text)).toThrow(
    expect.objectContaining({
      code: 'REGISTRY_REFERENCE',
      message: expect.stringContaining(reason) as string,
    }),
  );
});

test('a password in a reference is refused and not repeated', () => {
  const refused = (): unknown => parseRegistryReference('oci://user:sesame123@git.example.org/infra');
  expect(refused).toThrow('credentials do not belong');
  expect(refused).not.toThrow('sesame123');
});

test('whatever is parsed is formatted so that it parses to the same', () => {
  const name = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/), { nil: undefined });
  fc.assert(
    fc.property(
      name,
      fc.array(name, { minLength: 1, maxLength: 4 }),
      tag,
      fc.boolean(),
      (host, path, label, pinned) => {
        const text = `${host}.example:8080/${path.join('/')}${label === undefined ? '' : `:${label}`}${pinned ? `@${DIGEST}` : ''}`;
        const reference = parseRegistryReference(text);
        expect(formatReference(reference)).toBe(text);
        expect(parseImageReference(text)).toEqual(reference);
      },
    ),
  );
});

test('any text is either parsed or refused with the one code', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const parse of [parseRegistryReference, parseImageReference]) {
        const outcome = attempt(() => parse(text));
        expect(outcome instanceof Error ? outcome.name : 'parsed').toMatch(/^(?:parsed|ChartError)$/);
      }
    }),
  );
});

function attempt(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe('addresses', () => {
  test.each([
    'localhost',
    'a.localhost',
    '127.0.0.1',
    '127.9.9.9',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'LOCALHOST.',
  ])('%s is loopback', (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(isInternal(host)).toBe(true);
  });
  test.each([
    '10.0.0.1',
    '172.31.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[fe80::1]',
    '[fd00::1]',
    '[::ffff:10.0.0.1]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[64:ff9b::a00:1]',
    '[64:ff9b::10.0.0.1]',
    '[64:ff9b:1::1]',
    '[2001:0:a00:1::]',
    '[2002:a00:1::]',
    '[fec0::1]',
    '[ff02::1]',
    '192.0.0.8',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
  ])('%s is internal', (host) => {
    expect(isLoopback(host)).toBe(false);
    expect(isInternal(host)).toBe(true);
  });
  test.each([
    'example.org',
    '127.example.org',
    '8.8.8.8',
    '172.32.0.1',
    '[2001:db8::1]',
    '198.20.0.1',
    '223.255.0.1',
    '[64:ff9a::1]',
    '[::ffff:8.8.8.8]',
    '10.example.org',
  ])('%s is not', (host) => {
    expect(isInternal(host)).toBe(false);
  });
});
