import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from '../../../scripts/oci/auth/challenges.ts';
import { processorTime } from '../../helpers/processor-time.ts';

function parsed(header: string): readonly (readonly [string, Readonly<Record<string, string>>])[] {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

test.each([
  // Measured: what fetch makes of Gitea's two headers.
  [
    'Bearer realm="http://h/v2/token",service="container_registry",scope="*", Basic realm="Gitea Container Registry"',
    [
      ['bearer', { realm: 'http://h/v2/token', service: 'container_registry', scope: '*' }],
      ['basic', { realm: 'Gitea Container Registry' }],
    ],
  ],
  // A comma inside a quoted scope is not the end of anything.
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push",error="invalid_token"',
    [
      [
        'bearer',
        {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:a/b:pull,push',
          error: 'invalid_token',
        },
      ],
    ],
  ],
  ['Basic realm=x', [['basic', { realm: 'x' }]]],
  ['basic', [['basic', {}]]],
  [
    'Negotiate, Basic realm="a", Bearer realm="b"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'a' }],
      ['bearer', { realm: 'b' }],
    ],
  ],
  [
    'Negotiate YWJjZA==, Basic realm="a"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'a' }],
    ],
  ],
  ['Bearer realm = "a" , service= "b"', [['bearer', { realm: 'a', service: 'b' }]]],
  [String.raw`Bearer realm="a \"quoted\" word"`, [['bearer', { realm: 'a "quoted" word' }]]],
  ['Bearer REALM="a",,, service="b",', [['bearer', { realm: 'a', service: 'b' }]]],
  ['Bearer realm="a', [['bearer', {}]]],
  ['', []],
  ['= "x"', []],
])('%s', (header, expected) => {
  expect(parsed(header)).toEqual(expected);
});

test('any header is parsed, in time, without an error', async () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (header) => {
      expect(Array.isArray(parseChallenges(header))).toBe(true);
    }),
  );
  const took = await processorTime(() => {
    parseChallenges(`Bearer ${'a'.repeat(50_000)}`);
    parseChallenges(`Bearer realm="${'\\"'.repeat(50_000)}`);
  });
  expect(took).toBeLessThan(500);
});
