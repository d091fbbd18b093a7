import { afterEach, beforeEach, expect, test } from 'vitest';
import { repositoryOf, upstreamTags } from '../../scripts/fetch/tags.ts';
import { serve } from '../helpers/http-server.ts';
import { testNetwork } from './network.ts';

test.each([
  ['https://raw.githubusercontent.com/o/r/{version}/a/b.yml', 'https://github.com/o/r.git'],
  ['https://raw.githubusercontent.com/o/r/refs/tags/{version}/b.yml', 'https://github.com/o/r.git'],
  ['https://cdn.jsdelivr.net/gh/o/r@{version}/b.yml', 'https://github.com/o/r.git'],
  ['https://github.com/o/r/releases/download/{version}/b.yml', 'https://github.com/o/r.git'],
  ['https://git.example.org/o/r/raw/tag/{version}/b.yml', 'https://git.example.org/o/r.git'],
  ['https://example.org/git/o/r/raw/branch/{version}/b.yml', 'https://example.org/git/o/r.git'],
  ['https://gitlab.example.org/a/b/c/-/raw/{version}/b.yml', 'https://gitlab.example.org/a/b/c.git'],
  ['https://example.org/{version}/b.yml', undefined],
  ['./upstream/b.yml', undefined],
])('the repository of %s', (url, expected) => {
  expect(repositoryOf(url)).toBe(expected);
});

let server: Awaited<ReturnType<typeof serve>>;
let body = '';
beforeEach(async () => {
  server = await serve((_, response) => response.end(body));
});
afterEach(() => server.close());

const line = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;
const SHA = '1'.repeat(40);
const tags = () =>
  upstreamTags(['./a.yml', `${server.url}/o/r/raw/tag/{version}/b.yml`], () =>
    Promise.resolve(testNetwork()),
  );

test('the tags that a server of Git names, each once, without what annotated ones point at', async () => {
  body = `${line('# service=git-upload-pack\n')}0000${line(`${SHA} HEAD\0multi_ack symref=HEAD:refs/heads/main\n`)}${[
    'refs/heads/main',
    'refs/tags/v1.0.0',
    'refs/tags/v1.1.0',
    'refs/tags/v1.1.0^{}',
    'refs/tags/a/b',
  ]
    .map((ref) => line(`${SHA} ${ref}\n`))
    .join('')}0000`;
  expect(await tags()).toEqual(['v1.0.0', 'v1.1.0', 'a/b']);
  expect(server.requests.map(({ url }) => url)).toEqual(['/o/r.git/info/refs?service=git-upload-pack']);
});

test('a repository that is not there', async () => {
  await server.close();
  await expect(tags()).rejects.toMatchObject({
    code: 'FETCH_NETWORK',
    message: expect.stringContaining(`the tags of ${server.url}/o/r.git cannot be had: `) as string,
    hint: expect.stringContaining('a version can be named without them') as string,
  });
});

test('what answers as something else, and a URL without a repository', async () => {
  body = 'hello';
  await expect(tags()).rejects.toMatchObject({
    code: 'FETCH_NETWORK',
    message: `${server.url}/o/r.git does not answer as a Git repository`,
  });
  await expect(upstreamTags(['./a.yml'], () => Promise.resolve(testNetwork()))).rejects.toMatchObject({
    code: 'FETCH_URL',
  });
});
