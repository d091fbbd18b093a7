import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { MockAgent } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createClient,
  DEFAULT_TIMEOUTS,
  type Call,
  type ClientOptions,
  type RegistryTimeouts,
} from '../../scripts/oci/http.ts';
import { Fault } from '../../scripts/http/fault.ts';
import { dispatcherFor } from '../../scripts/http/dispatcher.ts';
import { close, listen } from '../helpers/http-server.ts';
import { testWaiting } from './registry-setup.ts';

const ORIGIN = new URL('https://git.example.org/');

type Wire = ClientOptions['wire'];

const wireOf = (dispatcher: Wire['dispatcher'], timeouts: Partial<RegistryTimeouts> = {}): Wire => ({
  dispatcher,
  timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
  waiting: testWaiting(),
  plainHttp: false,
  note: () => {},
});

const coded = (code: string): Error => Object.assign(new Error('no luck'), { code });

/** How often a registry is asked whose every connection ends with this code, or with an error that holds it. */
async function attempts(method: Call['method'], code: string, error = coded(code)): Promise<number> {
  const agent = new MockAgent();
  agent.disableNetConnect();
  let asked = 0;
  const path = (url: string): boolean => url === '/v2/' && ++asked > 0;
  agent.get(ORIGIN.origin).intercept({ method, path }).replyWithError(error).persist();
  const client = createClient({ origin: ORIGIN, wire: wireOf(agent) });
  const call = { method, url: new URL('/v2/', ORIGIN), scopes: [], expect: [200] } as const;
  await expect(client.send(call)).rejects.toMatchObject({
    code: 'REGISTRY_NETWORK',
    message: expect.stringContaining(`(${code})`) as string,
  });
  await agent.close();
  return asked;
}

test.each([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
])('a connection that ends with %s is tried again', async (code) => {
  expect(await attempts('PUT', code)).toBe(4);
});

test('a host none of whose addresses can be connected to is tried again', async () => {
  const error = new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]);
  expect(await attempts('PUT', 'ECONNREFUSED', error)).toBe(4);
});

test.each(['ENOTFOUND', 'CERT_HAS_EXPIRED', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
  'one that ends with %s is not',
  async (code) => {
    expect(await attempts('GET', code)).toBe(1);
  },
);

test.each([
  ['GET', 4],
  ['HEAD', 4],
  ['POST', 1],
  ['PUT', 1],
] as const)('a %s that gets no answer in time is sent %i times', async (method, times) => {
  expect(await attempts(method, 'UND_ERR_HEADERS_TIMEOUT')).toBe(times);
});

describe('a body', () => {
  let server: Server;
  let timer: NodeJS.Timeout | undefined;
  afterEach(async () => {
    clearInterval(timer);
    await close(server);
  });

  /** Starts a server whose answer is `size` bytes at once, every 10 ms. */
  async function dripping(size: number, status = 200): Promise<URL> {
    server = createServer((_, response) => {
      response.statusCode = status;
      timer = setInterval(() => response.write(Buffer.alloc(size)), 10);
    });
    return new URL(`http://127.0.0.1:${await listen(server)}/`);
  }

  test.each([true, false])('that comes byte by byte is given up (as a stream: %s)', async (stream) => {
    const origin = await dripping(1);
    const wire = wireOf(dispatcherFor({ env: {} }), { idle: 500 });
    const client = createClient({ origin, wire });
    const read = async (): Promise<void> => {
      const answer = await client.sendOnce({ method: 'GET', url: origin, scopes: [], stream });
      for await (const _ of answer.stream ?? []) continue;
    };
    const fault = await read().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({
      message: expect.stringContaining('less than 1024 bytes a second') as string,
      passing: false,
    });
  });

  test('that never begins, for all the interim answers, is given up', async () => {
    server = createServer().on('connection', (socket: Socket) => {
      const more = (): boolean => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      timer = setInterval(more, 10);
      socket.on('error', () => {});
    });
    const origin = new URL(`http://127.0.0.1:${await listen(server)}/`);
    const client = createClient({ origin, wire: wireOf(dispatcherFor({ env: {} })) });
    const call = { method: 'GET', url: origin, scopes: [], expect: [200] } as const;
    await expect(client.send(call)).rejects.toMatchObject({
      code: 'REGISTRY_NETWORK',
      message: `${origin.href}: interim answers without end`,
    });
  });

  test('of an error is read to 64 KiB, however much comes', async () => {
    const origin = await dripping(10_000, 400);
    const client = createClient({ origin, wire: wireOf(dispatcherFor({ env: {} })) });
    const answer = await client.sendOnce({ method: 'GET', url: origin, scopes: [] });
    expect(answer.status).toBe(400);
    expect(answer.bytes.byteLength).toBeGreaterThan(50_000);
    expect(answer.bytes.byteLength).toBeLessThanOrEqual(65_536);
  });

  const MIB = 1024 * 1024;
  test.each([
    ['of the default', {}, MIB],
    ['of what is asked for', { most: 4 * MIB }, 4 * MIB],
  ])('longer than %s ends the request, and is not asked for again', async (_, limit, most) => {
    const origin = await dripping(MIB / 2);
    let requests = 0;
    server.on('request', () => requests++);
    const client = createClient({ origin, wire: wireOf(dispatcherFor({ env: {} })) });
    const call = { method: 'GET', url: origin, scopes: [], expect: [200], ...limit } as const;
    await expect(client.send(call)).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      message: `${origin.href}: the answer has more than ${most} bytes`,
    });
    expect(requests).toBe(1);
  });

  test('that is announced as short is no longer', async () => {
    server = createServer().on('connection', (socket: Socket) => {
      socket.on('error', () => {}).write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
      timer = setInterval(() => socket.write(Buffer.alloc(MIB)), 10);
    });
    const origin = new URL(`http://127.0.0.1:${await listen(server)}/`);
    const client = createClient({ origin, wire: wireOf(dispatcherFor({ env: {} })) });
    const answer = await client.send({ method: 'GET', url: origin, scopes: [], expect: [200] });
    expect(Buffer.from(answer.bytes).toString()).toBe('{}');
  });

  test('in a Content-Encoding is not unpacked, whatever is in it', async () => {
    server = createServer((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(64 * MIB)));
    });
    const origin = new URL(`http://127.0.0.1:${await listen(server)}/`);
    const client = createClient({ origin, wire: wireOf(dispatcherFor({ env: {} })) });
    const call = { method: 'GET', url: origin, scopes: [], expect: [200] } as const;
    await expect(client.send(call)).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      message: `${origin.href}: the answer has the Content-Encoding gzip, which was not asked for`,
    });
  });
});
