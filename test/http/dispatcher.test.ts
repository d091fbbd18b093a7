import { spawnSync } from 'node:child_process';
import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, type Server } from 'node:https';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dispatcherFor, type DispatcherOptions } from '../../scripts/http/dispatcher.ts';
import { certificate } from '../helpers/certificate.ts';
import { close, listen, serve, type TestServer } from '../helpers/http-server.ts';
import { startProxy, type Proxy } from '../helpers/proxy.ts';

let folder = '';
let hasOpenssl = true;
let server: TestServer;
/** Where the proxy leads to, so that the answer tells the way. */
let behind: TestServer;
let proxy: Proxy;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dispatcher-'));
  for (const name of ['ca', 'other']) hasOpenssl &&= certificate(folder, name);
  server = await serve((_, response) => response.end('direct'));
  behind = await serve((_, response) => response.end('through'));
  proxy = await startProxy(() => behind.port);
});
afterAll(async () => {
  await Promise.all([server.close(), proxy.close(), behind.close()]);
  await rm(folder, { recursive: true });
});

async function startTls(): Promise<{ readonly listening: Server; readonly port: number }> {
  const [key, cert] = await Promise.all(['ca.key', 'ca.pem'].map((name) => readFile(join(folder, name))));
  const listening = createTlsServer({ key, cert }, (_, response) => response.end('secure'));
  return { listening, port: await listen(listening) };
}

/** The body at a URL, or the code of the error that there was instead. */
async function get(url: string, options: DispatcherOptions): Promise<string> {
  const dispatcher = dispatcherFor(options);
  try {
    return await (await request(url, { dispatcher })).body.text();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    await dispatcher.destroy();
  }
}

describe('proxies', () => {
  const DEAD = 'http://127.0.0.1:1';

  test.each<readonly [string, (url: string, port: number) => NodeJS.ProcessEnv, string]>([
    ['none', () => ({}), 'direct'],
    ['HTTP_PROXY', (url) => ({ HTTP_PROXY: url }), 'through'],
    ['http_proxy', (url) => ({ http_proxy: url }), 'through'],
    ['without a scheme', (url) => ({ HTTP_PROXY: url.replace('http://', '') }), 'through'],
    ['the lower case wins', (url) => ({ http_proxy: url, HTTP_PROXY: DEAD }), 'through'],
    ['HTTPS_PROXY is not for http', (url) => ({ HTTPS_PROXY: url }), 'direct'],
    ['NO_PROXY', (url) => ({ HTTP_PROXY: url, NO_PROXY: '127.0.0.1' }), 'direct'],
    ['no_proxy of several', (url) => ({ HTTP_PROXY: url, no_proxy: 'a.test, 127.0.0.1' }), 'direct'],
    ['no_proxy wins', (url) => ({ HTTP_PROXY: url, no_proxy: 'a.test', NO_PROXY: '*' }), 'through'],
    ['NO_PROXY of everything', (url) => ({ HTTP_PROXY: url, NO_PROXY: '*' }), 'direct'],
    ['NO_PROXY of another host', (url) => ({ HTTP_PROXY: url, NO_PROXY: '27.0.0.1' }), 'through'],
    ['NO_PROXY of another port', (url) => ({ HTTP_PROXY: url, NO_PROXY: '127.0.0.1:1' }), 'through'],
    ['NO_PROXY of this port', (url, port) => ({ HTTP_PROXY: url, NO_PROXY: `127.0.0.1:${port}` }), 'direct'],
    ['a dead proxy is not gone around', () => ({ HTTP_PROXY: DEAD }), 'ECONNREFUSED'],
  ])('%s', async (_, env, expected) => {
    proxy.asked.length = 0;
    expect(await get(server.url, { env: env(proxy.url, server.port) })).toBe(expected);
    expect(proxy.asked).toEqual(expected === 'through' ? [`127.0.0.1:${server.port}`] : []);
  });

  test('the environment of this process does not count, only the one that is given', async () => {
    process.env['HTTP_PROXY'] = DEAD;
    try {
      expect(await get(server.url, { env: {} })).toBe('direct');
    } finally {
      delete process.env['HTTP_PROXY'];
    }
  });
});

test.each([
  'http://',
  'http://:pass-of-the-tests@',
  'ftp://proxy.example.org',
  'proxy.example.org:99999',
  'http://me:100%@proxy.example.org',
  'http://me:123/secret@proxy.example.org:3128',
  'http://me:1?secret@proxy.example.org:3128',
])('HTTPS_PROXY=%s is refused and not repeated', (value) => {
  expect(() => dispatcherFor({ env: { HTTPS_PROXY: value } })).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: 'HTTPS_PROXY is no address of a proxy',
      hint: 'Write HTTPS_PROXY=http://HOST:PORT, or unset it. In a name or password % is written %25, / %2F, @ %40.',
    }),
  );
});

test.each([{}, { NO_PROXY: 'a.test' }, { NO_PROXY: '*' }])(
  'a host that is reached directly is reached past any proxy, with %j',
  async (env) => {
    proxy.asked.length = 0;
    const way = { env: { HTTP_PROXY: proxy.url, ...env }, direct: '127.0.0.1' };
    expect(await get(server.url, way)).toBe('direct');
    expect(proxy.asked).toEqual([]);
  },
);

describe('authorities', () => {
  test('a file that is no PEM is refused, with the command that makes it one', async () => {
    const der = join(folder, 'ca.der');
    await writeFile(der, Buffer.from([0x30, 0x82, 0x01, 0x00]));
    expect(() => dispatcherFor({ env: {}, caFile: der })).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: `${der} holds no certificate in PEM form`,
        hint: `Convert it: openssl x509 -inform der -in ${der} -out ca.pem`,
      }),
    );
  });

  test('only --ca-file vouches for a server of one’s own, directly and through a proxy', async ({ skip }) => {
    if (!hasOpenssl) skip('no openssl');
    const { listening, port } = await startTls();
    const tunnel = await startProxy(() => port);
    const [own, other] = [join(folder, 'ca.pem'), join(folder, 'other.pem')];
    const direct = (options: Partial<DispatcherOptions>): Promise<string> =>
      get(`https://127.0.0.1:${port}/`, { env: {}, ...options });
    try {
      expect(await direct({})).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
      expect(await direct({ caFile: other })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
      expect(await direct({ caFile: own })).toBe('secure');
      const both = join(folder, 'both.pem');
      await writeFile(both, `${await readFile(other, 'utf8')}${await readFile(own, 'utf8')}`);
      expect(await direct({ caFile: both })).toBe('secure');
      const extra = { NODE_EXTRA_CA_CERTS: own };
      expect(await direct({ caFile: other, env: extra })).toBe('secure');

      const through = { env: { HTTPS_PROXY: tunnel.url } };
      expect(await get('https://upstream.test/', through)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
      expect(await get('https://upstream.test/', { ...through, caFile: own })).toBe('secure');
      expect(tunnel.asked).toEqual(['upstream.test:443', 'upstream.test:443']);
    } finally {
      await Promise.all([close(listening), tunnel.close()]);
    }
  });

  test.each([
    ['missing.pem', 'ENOENT'],
    ['.', 'EISDIR'],
    ['pipe', 'it is a named pipe, not a file'],
    ['/dev/zero', 'it is a device, not a file'],
  ])('--ca-file %s is refused before anything is asked', (name, reason) => {
    const path = resolve(folder, name);
    if (name === 'pipe') spawnSync('mkfifo', [path]);
    expect(() => dispatcherFor({ caFile: path, env: {} })).toThrow(
      expect.objectContaining({
        code: 'FILE_MISSING',
        message: expect.stringMatching(
          new RegExp(`^Cannot read the certificates in ${path.replaceAll('.', '\\.')}: ${reason}`),
        ) as string,
      }),
    );
  });
});

test('a server that does not answer is given up in time', async () => {
  const silent = await serve((asked, response) => {
    if (asked.url === '/body') response.write('half');
  });
  try {
    const limits = { env: {}, headersTimeout: 50, bodyTimeout: 50 };
    expect(await get(silent.url, limits)).toBe('UND_ERR_HEADERS_TIMEOUT');
    expect(await get(`${silent.url}/body`, limits)).toBe('UND_ERR_BODY_TIMEOUT');
  } finally {
    await silent.close();
  }
});

describe('a proxy that', () => {
  const held: Duplex[] = [];
  let listening: HttpServer;
  afterEach(async () => {
    for (const socket of held.splice(0)) socket.destroy();
    await close(listening);
  });

  test.each<readonly [string, (socket: Duplex) => void, string]>([
    ['never answers', () => {}, 'UND_ERR_CONNECT_TIMEOUT'],
    ['closes the connection', (socket) => socket.destroy(), 'ECONNRESET'],
    ['is busy', (socket) => socket.end('HTTP/1.1 503 Busy\r\n\r\n'), 'ECONNRESET'],
    ['wants credentials', (socket) => socket.end('HTTP/1.1 407 No\r\n\r\n'), 'UND_ERR_ABORTED'],
  ])('%s is given up as a connection is', async (_, answer, code) => {
    const asked: string[] = [];
    listening = createServer().on('connect', (incoming, socket) => {
      asked.push(incoming.url ?? '');
      held.push(socket);
      answer(socket);
    });
    const env = { HTTPS_PROXY: `http://127.0.0.1:${await listen(listening)}` };
    const connectTimeout = code === 'UND_ERR_CONNECT_TIMEOUT' ? 300 : 60_000;
    expect(await get('https://upstream.test/', { env, connectTimeout })).toBe(code);
    expect(asked).toEqual(['upstream.test:443']);
  });
});
