import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  answer,
  emptyContent,
  PLAIN_NOT_FOUND,
  refuse,
  type FakeContent,
  type FakeRequest,
  type Flavour,
} from './fake-content.ts';
import { faultList, sendReply, type FaultList, type RegistryFault, type Reply } from './fake-faults.ts';
import { close, listen } from './http-server.ts';

/** How a fake registry is set up. */
export interface FakeOptions {
  readonly flavour?: Flavour;
  readonly faults?: readonly RegistryFault[];
  /** Without it everybody may do everything. */
  readonly login?: { readonly username: string; readonly password: string };
  /** With a login: reading needs only an anonymous token. */
  readonly publicPull?: boolean;
  /** Asks for name and password at every request, as Distribution with htpasswd does. */
  readonly basicOnly?: boolean;
  /** Requests that one token is good for; then it is refused as expired. */
  readonly tokenUses?: number;
  /** PEM; speaks https with them. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Owners that exist; any by default. */
  readonly owners?: readonly string[];
}

/** A request as it came. */
export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** Bytes of the body that came. */
  readonly received: number;
}

/** A registry on the loopback. */
export interface FakeRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly requests: readonly Recorded[];
  readonly content: FakeContent;
  readonly faults: FaultList;
  close(): Promise<void>;
}

const PATH = /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/([^/]*)$/;

/** Starts a registry on a free port of 127.0.0.1. */
export async function fakeRegistry(options: FakeOptions = {}): Promise<FakeRegistry> {
  const requests: Recorded[] = [];
  const content = emptyContent();
  const faults = faultList(options.faults ?? []);
  const gate = tokenGate(options);
  let origin = '';
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const effect = faults.effectOn(request);
    const { socket } = request;
    const stalls = effect?.kind === 'stall-request';
    const most = stalls || effect?.kind === 'cut-request' ? effect.after : Infinity;
    const { body, cut } = await receive(request, most, stalls);
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, received: body.length });
    if (stalls || effect?.kind === 'hang') return;
    if (effect?.kind === 'status') {
      sendReply(request, response, {
        status: effect.status,
        headers: effect.headers ?? {},
        body: Buffer.from(effect.body ?? ''),
      });
      return;
    }
    if (effect?.kind === 'redirect') {
      sendReply(request, response, { status: effect.status ?? 307, headers: { location: effect.to } });
      return;
    }
    const reply = gate(request, origin) ?? route(request, body, cut, origin);
    if (cut) socket.destroy();
    else sendReply(request, response, reply, effect);
  };
  const route = (request: IncomingMessage, body: Buffer, cut: boolean, at: string): Reply => {
    const url = new URL(request.url ?? '', at);
    const [, repository = '', kind = '', name = ''] = PATH.exec(url.pathname) ?? [];
    const resource = decoded(name);
    if (repository === '' || resource === undefined) return PLAIN_NOT_FOUND;
    if (repository !== repository.toLowerCase())
      return refuse(400, 'NAME_INVALID', 'invalid repository name');
    if (options.owners?.includes(repository.split('/')[0] ?? '') === false) return PLAIN_NOT_FOUND;
    const parsed: FakeRequest = {
      method: request.method ?? '',
      repository,
      resource: kind === 'blobs/uploads' ? 'uploads' : kind,
      name: resource,
      query: url.searchParams,
      header: (header) => request.headers[header]?.toString(),
      body,
      cut,
      origin: at,
      mayMount: (from) => gate.allows(request, `repository:${from}:pull`),
    };
    return answer(content, options.flavour ?? 'distribution', parsed);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void handle(request, response);
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  const port = await listen(server);
  origin = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  return { host: `127.0.0.1:${port}`, requests, content, faults, close: () => close(server) };
}

/** The body, or its first `most` bytes; `cut` when it did not come whole. The connection stays, or is read no further. */
function receive(
  request: IncomingMessage,
  most: number,
  stall: boolean,
): Promise<{ readonly body: Buffer; readonly cut: boolean }> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const done = (cut: boolean): void => resolve({ body: Buffer.concat(pieces), cut });
    request.on('data', (piece: Buffer) => {
      const taken = piece.subarray(0, Math.max(most - size, 0));
      pieces.push(taken);
      size += taken.length;
      if (size >= most) done(true);
      if (size >= most && stall) request.pause();
    });
    request.on('end', () => done(most !== Infinity));
    request.on('error', () => done(true));
    request.on('close', () => done(true));
  });
}

/** Refuses what is not allowed; undefined lets a request through. */
interface Gate {
  (request: IncomingMessage, origin: string): Reply | undefined;
  allows(request: IncomingMessage, scope: string): boolean;
}

interface Token {
  readonly scopes: readonly string[];
  uses: number;
}

function tokenGate(options: FakeOptions): Gate {
  const { login, publicPull = false, flavour, tokenUses = Infinity, basicOnly = false } = options;
  const tokens = new Map<string, Token>();
  const basic = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const allows = ({ headers: { authorization = '' } }: IncomingMessage, scope: string): boolean => {
    if (login === undefined || ((flavour === 'gitea' || basicOnly) && authorization === basic)) return true;
    const token = tokens.get(authorization.replace(/^Bearer /, ''));
    if (token === undefined || token.uses <= 0) return false;
    return token.scopes.some(
      (granted) => granted === scope || granted === scope.replace(/:pull$/, ':pull,push'),
    );
  };
  const issue = (request: IncomingMessage, url: URL): Reply => {
    const { authorization } = request.headers;
    const anonymous = authorization === undefined;
    if (!anonymous && authorization !== basic) return refuse(401, 'UNAUTHORIZED', 'wrong name or password');
    const asked = url.searchParams.getAll('scope');
    const scopes = anonymous
      ? publicPull
        ? asked.map((scope) => scope.replace(/pull,push$/, 'pull'))
        : []
      : asked;
    const token = `token-${tokens.size + 1}-of-the-fake`;
    tokens.set(token, { scopes, uses: tokenUses });
    // Measured: Gitea's answer has no expires_in.
    const body = Buffer.from(
      JSON.stringify(flavour === 'gitea' ? { token } : { access_token: token, expires_in: 300 }),
    );
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  };
  const gate = (request: IncomingMessage, origin: string): Reply | undefined => {
    const url = new URL(request.url ?? '', origin);
    // Clients that try OAuth2 first, as Helm does, then ask by GET, as the others do.
    if (url.pathname === '/v2/token') return request.method === 'GET' ? issue(request, url) : { status: 405 };
    const repository = PATH.exec(url.pathname)?.[1] ?? '';
    const actions = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'pull,push';
    const scope = `repository:${repository}:${actions}`;
    if (allows(request, scope)) {
      const token = tokens.get(request.headers.authorization?.replace(/^Bearer /, '') ?? '');
      if (token !== undefined) token.uses--;
      return undefined;
    }
    // Measured: Gitea's realm is at the host that it was asked by.
    const at = flavour === 'gitea' ? `${url.protocol}//${request.headers.host ?? url.host}` : origin;
    return unauthorized(basicOnly ? [BASIC] : challengesOf(at, scope, flavour));
  };
  return Object.assign(gate, { allows });
}

const BASIC = 'Basic realm="Gitea Container Registry"';

/** Gitea sends two headers (measured), Distribution one with the scope that is wanted. */
function challengesOf(origin: string, scope: string, flavour: Flavour | undefined): readonly string[] {
  const bearer = `Bearer realm="${origin}/v2/token",service="container_registry",scope="${flavour === 'gitea' ? '*' : scope}"`;
  return flavour === 'gitea' ? [bearer, BASIC] : [bearer];
}

function unauthorized(challenges: readonly string[]): Reply {
  const refusal = refuse(401, 'UNAUTHORIZED');
  return { ...refusal, headers: { ...refusal.headers, 'www-authenticate': challenges } };
}

/** Undefined for what no client may send. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
