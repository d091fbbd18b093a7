import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquire, type PinnedFile } from '../../scripts/fetch/acquire.ts';
import { serve, type TestServer } from '../helpers/http-server.ts';
import { testNetwork, testReach } from './network.ts';

let server: TestServer;
let body = '';
let status = 200;

beforeEach(async () => {
  status = 200;
  server = await serve((_, response) => response.writeHead(status).end(body));
});
afterEach(() => server.close());

const SHA256 = createHash('sha256').update('apiVersion: v1\n').digest('hex');

function ask(expected: string | undefined, ...paths: readonly string[]): Promise<PinnedFile> {
  const sources = paths.map((path) => ({ kind: 'url', url: server.url + path }) as const);
  return acquire(sources, expected, testReach(testNetwork()));
}

describe('an answer in place of the file is named as what it is', () => {
  test.each([
    ['HTML', '<!DOCTYPE html><title>Sign in</title>', 'is HTML or XML, not YAML: it begins "<!DOCTYPE html>'],
    ['HTML behind a comment', '<!-- sso -->\n<html>', 'is HTML or XML, not YAML: it begins "<!-- sso -->'],
    ['a JSON error', ' {"message": "Not Found"}\n', 'is JSON without apiVersion, not a manifest: it begins '],
  ])('%s', async (_, text, message) => {
    body = text;
    for (const expected of [SHA256, undefined]) {
      await expect(ask(expected, '/a')).rejects.toMatchObject({
        code: 'PARSE_ENCODING',
        exitCode: 1,
        message: expect.stringContaining(message) as string,
      });
    }
  });

  test('but a manifest in JSON is one', async () => {
    body = '{"apiVersion": "v1", "kind": "Test", "metadata": {"name": "j"}}';
    expect((await ask(undefined, '/a')).bytes).toHaveLength(body.length);
    await expect(ask(SHA256, '/a')).rejects.toMatchObject({ code: 'FETCH_CHECKSUM' });
  });
});

describe('when no source has the file, what to do is', () => {
  test.each([
    ['what all of them say', 404, /check upstream\.version and upstream\.url/],
    ['to look at the network and the mirrors', 400, /^Check the network and HTTPS_PROXY, add a mirror/],
  ])('%s', async (_, answered, hint) => {
    status = answered;
    await expect(ask(SHA256, '/a', '/b')).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      hint: expect.stringMatching(hint) as string,
    });
  });
});
