import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { MockAgent } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { download } from '../../scripts/fetch/download.ts';
import { serve, type TestServer } from '../helpers/http-server.ts';
import { testNetwork } from './network.ts';
import { NOBODY } from '../helpers/nobody.ts';

const BODY = 'apiVersion: v1\nkind: Test\n';
const servers: TestServer[] = [];

async function server(handler: RequestListener): Promise<TestServer> {
  const started = await serve(handler);
  servers.push(started);
  return started;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((started) => started.close()));
});

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

describe('download', () => {
  test('gives the bytes', async () => {
    const { url, requests } = await server((_, response) => response.end(BODY));
    expect(text(await download(`${url}/a.yml`, testNetwork()))).toBe(BODY);
    expect(requests[0]?.headers['accept-encoding']).toBe('identity');
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  test.each([
    ['429 with seconds', 429, '7', 7000],
    ['503 with a date', 503, 'Thu, 01 Jan 2026 00:00:09 GMT', 9000],
    ['500 without Retry-After', 500, undefined, 250],
    ['502 with nonsense in Retry-After', 502, 'soon', 250],
  ])('%s is asked again', async (_, status, retryAfter, wait) => {
    let count = 0;
    const { url } = await server((__, response) => {
      count += 1;
      if (count === 2) return response.end(BODY);
      return response
        .writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
        .end('no');
    });
    const network = testNetwork();
    expect(text(await download(url, network))).toBe(BODY);
    expect(network.slept).toEqual([wait]);
    expect(network.notes).toEqual([expect.stringContaining(`answered ${status}; attempt 2 of 4`)]);
  });

  test('gives up after four attempts, and at once when the pause would be long', async () => {
    const { url, requests } = await server((request, response) =>
      response.writeHead(503, request.url === '/long' ? { 'retry-after': '3600' } : {}).end(),
    );
    const network = testNetwork();
    await expect(download(`${url}/`, network)).rejects.toMatchObject({
      code: 'FETCH_NETWORK',
      exitCode: 3,
      message: `${url}/: answered 503 (4 attempts)`,
    });
    expect(network.slept).toEqual([250, 500, 1000]);
    await expect(download(`${url}/long`, network)).rejects.toMatchObject({
      message: `${url}/long: answered 503; it asks to wait 3600 s, and at most 60 s are waited`,
      hint: 'Try again after that time, or name a file by --from.',
    });
    expect(requests.length).toBe(5);
  });

  test.each([
    ['404', 404, {}, 'answered 404'],
    ['401', 401, {}, 'answered 401'],
    ['HTML', 200, { 'content-type': 'text/html; charset=utf-8' }, 'HTML instead of YAML'],
    ['a compression nobody asked for', 200, { 'content-encoding': 'gzip' }, 'Content-Encoding gzip'],
    ['a redirect to nowhere', 302, {}, 'without saying where'],
    [
      'a redirect to a file',
      302,
      { location: 'file:///etc/passwd' },
      'redirects to file:, which is not followed',
    ],
    ['a redirect to what is none', 302, { location: 'http://[' }, 'redirects to what is no URL'],
  ])('%s is refused and not asked again', async (_, status, headers, message) => {
    const { url, requests } = await server((__, response) => response.writeHead(status, headers).end('x'));
    await expect(download(url, testNetwork())).rejects.toThrow(message);
    expect(requests.length).toBe(1);
  });

  const address =
    /^The server is there, but does not give this file: check upstream\.version and upstream\.url/;
  const general = /^Check the network and HTTPS_PROXY/;

  test.each([
    ['401', 401, {}, address],
    ['403', 403, {}, address],
    ['404', 404, {}, address],
    ['400', 400, {}, general],
    [
      'a redirect to a file',
      302,
      { location: 'file:///etc/passwd' },
      /^The server names that address, not recipe/,
    ],
  ])('what to do about %s', async (_, status, headers, hint) => {
    const { url } = await server((__, response) => response.writeHead(status, headers).end());
    await expect(download(url, testNetwork())).rejects.toMatchObject({
      code: 'FETCH_NETWORK',
      hint: expect.stringMatching(hint) as string,
    });
  });

  test.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /set NODE_EXTRA_CA_CERTS=\/path\/to\/ca\.pem/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /set NODE_EXTRA_CA_CERTS=\/path\/to\/ca\.pem/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /set NODE_EXTRA_CA_CERTS=\/path\/to\/ca\.pem/],
    ['CERT_HAS_EXPIRED', general],
  ])('what to do about a certificate: %s', async (code, hint) => {
    const dispatcher = new MockAgent();
    const error = Object.assign(new Error('certificate'), { code });
    dispatcher.get('https://up.test').intercept({ path: '/a' }).replyWithError(error);
    await expect(download('https://up.test/a', { ...testNetwork(), dispatcher })).rejects.toMatchObject({
      code: 'FETCH_NETWORK',
      message: `https://up.test/a: certificate (${code})`,
      hint: expect.stringMatching(hint) as string,
    });
  });

  test('a body shorter than its Content-Length is asked again, then refused', async () => {
    const { url, requests } = await server((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('short', () => response.destroy());
    });
    await expect(download(url, testNetwork())).rejects.toMatchObject({
      code: 'FETCH_NETWORK',
      message: expect.stringContaining('the connection was closed in the middle'),
    });
    expect(requests.length).toBe(4);
  });

  test('a chunked body that breaks off is not taken for the file', async () => {
    const { url } = await server((_, response) => {
      response.write('short', () => response.destroy());
    });
    await expect(download(url, testNetwork())).rejects.toThrow('the connection was closed in the middle');
  });

  test('a size beyond the limit is refused, announced or not', async () => {
    const { url } = await server((request, response) => {
      if (request.url === '/said') response.writeHead(200, { 'content-length': '2000' });
      response.end('x'.repeat(2000));
    });
    const network = testNetwork({ bytes: 1000 });
    await expect(download(`${url}/said`, network)).rejects.toThrow('more than 1000 bytes');
    const chunked = await server((_, response) => {
      response.write('x'.repeat(900));
      response.end('x'.repeat(900));
    });
    await expect(download(chunked.url, network)).rejects.toThrow('more than 1000 bytes');
  });

  test('a server that hangs before the answer, within it, or drips', async () => {
    const { url, requests } = await server((request, response) => {
      if (request.url === '/body') response.write('x');
      if (!['/drip', '/slow'].includes(request.url ?? '')) return;
      const piece = 'x'.repeat(request.url === '/slow' ? 1000 : 1);
      const timer = setInterval(() => response.write(piece), 20);
      response.on('close', () => clearInterval(timer));
    });
    const network = testNetwork({ headers: 500, idle: 500, total: 3000 });
    await Promise.all([
      expect(download(`${url}/headers`, network)).rejects.toThrow('no answer within 0.5 s'),
      expect(download(`${url}/body`, network)).rejects.toThrow('the answer stalled for 0.5 s'),
      expect(download(`${url}/drip`, network)).rejects.toThrow('less than 1024 bytes a second'),
      expect(download(`${url}/slow`, network)).rejects.toThrow('not complete within 3 s'),
    ]);
    expect(requests.length).toBe(4);
  });

  test('nobody listens, no such name', async () => {
    await expect(download(`http://${NOBODY}/`, testNetwork())).rejects.toMatchObject({
      code: 'FETCH_NETWORK',
      exitCode: 3,
    });
    await expect(download('http://host.invalid/', testNetwork())).rejects.toThrow(
      /^http:\/\/host\.invalid\/: /,
    );
  });

  test('something that is not HTTP', async () => {
    const raw = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-x\r\n'),
    );
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    const { port } = raw.address() as AddressInfo;
    await expect(download(`http://127.0.0.1:${port}/`, testNetwork({ headers: 300 }))).rejects.toMatchObject({
      code: 'FETCH_NETWORK',
    });
    await new Promise((resolve) => raw.close(resolve));
  });
});

describe('redirects', () => {
  test('are followed, but not for ever', async () => {
    const { url } = await server((request, response) => {
      if (request.url === '/a') return response.writeHead(302, { location: '/b' }).end();
      if (request.url === '/b') return response.end(BODY);
      return response.writeHead(307, { location: '/loop' }).end();
    });
    const network = testNetwork();
    expect(text(await download(`${url}/a`, network))).toBe(BODY);
    expect(network.notes).toEqual([`${url}/a redirects to ${url}/b`]);
    await expect(download(`${url}/loop`, network)).rejects.toThrow('more than 5 redirects');
  });

  test('credentials stay with their origin and are never printed', async () => {
    const other = await server((request, response) => {
      if (request.url === '/back') return response.writeHead(302, { location: `${first.url}/end` }).end();
      return response.end(BODY);
    });
    const first: TestServer = await server((request, response) => {
      if (request.url === '/end') return response.end(BODY);
      const location = request.url === '/away' ? `${other.url}/x?token=t0ken` : `${other.url}/back`;
      return response.writeHead(302, { location }).end();
    });
    const url = first.url.replace('://', '://user:s3cr%40t@');
    const network = testNetwork();
    expect(text(await download(`${url}/away`, network))).toBe(BODY);
    expect(first.requests[0]?.headers.authorization).toBe(`Basic ${btoa('user:s3cr@t')}`);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(network.notes.join()).toMatch(/the credentials are not sent there/);
    expect(network.notes.join()).not.toMatch(/s3cr|t0ken|user/);
    await download(`${url}/round`, network);
    // Who was elsewhere comes back with what somebody else wanted.
    expect(first.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  test('a malformed escape in credentials is taken literally', async () => {
    const { url, requests } = await server((_, response) => response.end(BODY));
    await download(url.replace('://', '://user:100%25%zz@'), testNetwork());
    expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa('user:100%25%zz')}`);
  });

  test('credentials in a redirect are not used', async () => {
    const other = await server((_, response) => response.end(BODY));
    const first = await server((_, response) =>
      response.writeHead(302, { location: other.url.replace('://', '://a:hidden1@') }).end(),
    );
    const network = testNetwork();
    await download(first.url, network);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(network.notes.join()).not.toContain('hidden1');
  });
});
